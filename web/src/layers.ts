// Layers: what lies on the map beside the answer, by boxes to tick.

import { ESTIMATES } from "./estimates";
import { t } from "./language";
import { h } from "./markup";

export class Layers {
  private estimates = h("input", { type: "checkbox", id: "layer-estimates", "aria-describedby": "estimates-counted" });
  private counted = h("p", { id: "estimates-counted", class: "small" });

  constructor(box: HTMLElement, show: (layer: string, isShown: boolean) => void) {
    this.estimates.addEventListener("change", () => show(ESTIMATES, this.estimates.checked));
    box.append(h("details", { id: "layers-box" }, h("summary", {}, t("Layers of the map")),
      h("p", {}, this.estimates, " ", h("label", { for: "layer-estimates" }, t("Hatch every link whose length, speed or border time is our estimate; on the route chosen they always are"))), this.counted));
  }

  show(layers: string[], counted: string): void {
    this.estimates.checked = layers.includes(ESTIMATES);
    this.counted.textContent = counted;
  }
}
