// Layers: what lies on the map beside the answer, by boxes to tick and by how strongly it is drawn.

import { ESTIMATES } from "./estimates";
import { number, t } from "./language";
import { h } from "./markup";

/** Shares by names of layers; 1 where none is given. */
export type Opacities = Map<string, number>;

const FULL = 100, STEP = 5;
const NAMES: Record<string, string> = {
  network: t("Network"), relief: t("Relief"), routes: t("Other routes listed"), baseline: t("Routes of the baseline"), [ESTIMATES]: t("Hatching of estimates"),
  hazards: t("Hazards"), criticality: t("Which links matter most"), flows: t("What goes where"), capacity: t("How full links are"), own: t("Points of your own"),
};
const ALWAYS = ["network", "relief", "routes", ESTIMATES]; // on the map whatever is asked

/** Which layers are on: those that always are, those ticked, and the others that there are, such as the routes of a baseline. */
export const layersOn = (ticked: string[], others: string[]): string[] => Object.keys(NAMES).filter((name) => ALWAYS.includes(name) || [...ticked, ...others].includes(name));

/** How strongly each layer that is on is drawn, as the words of the address say it. */
export function opacitiesOf(words: string[], on: string[]): Opacities {
  const parts = words.map((word) => /^(\w+):(\d{1,3})$/.exec(word)).filter((found) => found !== null);
  return new Map(parts.filter(([, name = ""]) => on.includes(name)).map(([, name = "", share]) => [name, Math.min(1, Number(share) / FULL)]));
}

interface Row { box: HTMLElement; slider: HTMLInputElement; shown: HTMLOutputElement }

/** show: a layer or not; fade: layers as strongly as the words say, once or for good. */
export interface LayerHooks { show: (layer: string, isShown: boolean) => void; fade: (words: string[], isLast: boolean) => void }

export class Layers {
  private estimates = h("input", { type: "checkbox", id: "layer-estimates", "aria-describedby": "estimates-counted" });
  private counted = h("p", { id: "estimates-counted", class: "small" });
  private rows: Map<string, Row>;
  private words: string[] = [];

  constructor(box: HTMLElement, private hooks: LayerHooks) {
    this.estimates.addEventListener("change", () => hooks.show(ESTIMATES, this.estimates.checked));
    this.rows = new Map(Object.entries(NAMES).map(([name, words]) => [name, this.row(name, words)]));
    box.append(h("details", { id: "layers-box" }, h("summary", {}, h("h2", {}, t("Layers of the map"))),
      h("p", {}, this.estimates, " ", h("label", { for: "layer-estimates" }, t("Hatch every link whose length, speed or border time is our estimate; on the route chosen they always are"))), this.counted,
      h("h3", {}, t("Opacity")), ...[...this.rows.values()].map((row) => row.box)));
  }

  show(ticked: string[], on: string[], words: string[], counted: string | null): void {
    this.estimates.checked = ticked.includes(ESTIMATES);
    if (counted !== null) this.counted.textContent = counted;
    this.words = words;
    const opacities = opacitiesOf(words, on);
    for (const [name, row] of this.rows) {
      row.box.hidden = !on.includes(name);
      this.write(row, Math.round(FULL * (opacities.get(name) ?? 1)));
    }
  }

  private row(name: string, words: string): Row {
    const id = `opacity-${name}`, shown = h("output", { for: id });
    const slider = h("input", { type: "range", id, min: 0, max: FULL, step: STEP, "aria-label": t("{layer}: opacity", { layer: words }) });
    const row = { box: h("div", { class: "opacity" }, h("label", { for: id }, words), slider, shown), slider, shown };
    const take = (isLast: boolean): void => {
      this.write(row, Number(slider.value));
      const others = this.words.filter((word) => !word.startsWith(`${name}:`));
      this.words = Number(slider.value) < FULL ? [...others, `${name}:${slider.value}`] : others;
      this.hooks.fade(this.words, isLast);
    };
    slider.addEventListener("input", () => take(false));
    slider.addEventListener("change", () => take(true));
    return row;
  }

  private write({ slider, shown }: Row, share: number): void {
    const text = t("{share} %", { share: number(share) });
    slider.value = String(share);
    slider.setAttribute("aria-valuetext", text);
    shown.textContent = text;
  }
}
