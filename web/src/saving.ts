// Keeping a what-if as a scenario of the study.

import { ask, words } from "./api";
import { t } from "./language";
import { button, h } from "./markup";
import { stateOf, type State } from "./state";

export function saveDialog(state: () => State, saved: (scenario: string) => Promise<void>): { open: () => void; box: HTMLDialogElement } {
  const title = h("input", { id: "save-title", required: true, maxlength: 120, autocomplete: "off" });
  const name = h("input", { id: "save-name", required: true, pattern: "[a-z0-9][a-z0-9\\-]{1,59}", maxlength: 60, autocomplete: "off", spellcheck: "false" });
  const about = h("textarea", { id: "save-about", rows: 2, maxlength: 500 });
  const said = h("p", { class: "problem", role: "alert" });
  title.addEventListener("input", () => {
    name.value = title.value.toLowerCase().normalize("NFD").replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 60);
  });
  const save = async (): Promise<void> => {
    said.textContent = "";
    try {
      const answer = await ask<{ scenario: string }>("save", "/api/scenarios", { ...stateOf(state()), on: state().depart, scenario_id: name.value, title: title.value, about: about.value });
      box.close();
      await saved(answer.scenario);
    } catch (problem) {
      said.textContent = words(problem);
    }
  };
  const now = h("button", { type: "submit", id: "save-now" }, t("Save"));
  const form = h("form", { submit: (event) => { event.preventDefault(); void save(); } },
    h("h2", { id: "save-head" }, t("Save as a scenario")),
    h("p", { class: "small" }, t("What you shut, opened and built becomes a scenario of the study. What stood there stays.")),
    h("div", { class: "field" }, h("label", { for: "save-title" }, t("Title")), title),
    h("div", { class: "field" }, h("label", { for: "save-name" }, t("Name in the files (lower case)")), name),
    h("div", { class: "field" }, h("label", { for: "save-about" }, t("What it stands for")), about), said,
    h("div", { class: "acts" }, now, button(t("Cancel"), () => box.close())));
  const box = h("dialog", { "aria-labelledby": "save-head" }, form);
  document.body.append(box);
  const open = (): void => {
    const { close, open: opened, projects, with_changes, choose } = state();
    const isEmpty = [close, opened, projects, with_changes, choose].every((rows) => rows.length === 0);
    said.textContent = isEmpty ? t("Nothing is shut, opened, built or chosen yet, so there is nothing to save.") : "";
    now.disabled = isEmpty;
    box.showModal();
    title.focus();
  };
  return { box, open };
}
