// What is under way after a third of a second, in words, how far it is, and a way to stop it.

import { cancel, onProgress, type UnderWay } from "./api";
import { number, t } from "./language";
import { at, button, h } from "./markup";

const PATIENCE_MS = 350;
const WORDS: Record<string, string> = {
  network: t("Reading the network"), routes: t("Looking for routes"), openings: t("Looking what is open"), early: t("Looking what is open"), calendar: t("Going through the year"),
  criticality: t("Finding which links matter most"), flows: t("Putting the demand on the network"), hazards: t("Reading the hazards"), why: t("Looking for routes through it"), save: t("Saving"),
  arrive: t("Looking for the latest departure"), before: t("Looking for the routes before"),
  file: t("Making the file"),
};

/** Show progress in its place; stopped: what to do once the reader has cancelled. */
export function showProgress(stopped: () => void): void {
  const box = at("progress"), bar = h("progress", { max: 1, "aria-labelledby": "progress-words" }), said = h("span", { id: "progress-words" });
  box.append(said, bar, button(t("Cancel"), () => { cancel(); stopped(); }, { id: "cancel" }));
  let timer = 0;
  onProgress(({ kinds, done, of }: UnderWay) => {
    const kind = kinds[0]; // the one that is longest under way
    if (kind === undefined) {
      window.clearTimeout(timer);
      timer = 0;
      box.hidden = true;
      delete document.body.dataset["slow"];
      return;
    }
    said.textContent = of > 0 ? t("{task}: {done} of {count}", { task: WORDS[kind] ?? kind, done: number(done), count: number(of) }) : WORDS[kind] ?? t("Looking it up");
    if (of > 0) bar.value = done / of;
    else bar.removeAttribute("value");
    if (timer === 0) timer = window.setTimeout(() => { box.hidden = false; document.body.dataset["slow"] = kind; }, PATIENCE_MS);
  });
}
