// Before and after: the map of the baseline laid over the map of the answer, left of a line that can be moved.

import type { Map as LibreMap } from "maplibre-gl";

import { t } from "./language";
import type { Opacities } from "./layers";
import { at, h } from "./markup";
import { TheMap } from "./map";

const STEP = 5; // of a hundred, by key
const [LEAST, MOST] = [2, 98];

export class Swipe {
  private before: TheMap | null = null;
  private box = h("div", { id: "map-before", hidden: true });
  private handle = h("div", { id: "swipe", class: "swipe", role: "slider", tabindex: 0, hidden: true, "aria-label": t("Line between before, at its left, and now"), "aria-valuemin": LEAST, "aria-valuemax": MOST },
    h("span", { class: "side" }, t("before")), h("span", { class: "grip", "aria-hidden": "true" }, "↔"), h("span", { class: "side" }, t("now")));
  private share = 50;

  constructor(private now: LibreMap, private make: (box: HTMLElement) => TheMap, private moved: (share: number) => void) {
    const { handle } = this;
    at("map-box").append(this.box, handle);
    handle.addEventListener("pointerdown", (event) => { handle.setPointerCapture(event.pointerId); event.preventDefault(); handle.focus(); });
    handle.addEventListener("pointermove", (event) => {
      if (!handle.hasPointerCapture(event.pointerId)) return;
      const { left, width } = at("map-box").getBoundingClientRect();
      this.place((100 * (event.clientX - left)) / width);
    });
    handle.addEventListener("pointerup", () => this.moved(this.share));
    handle.addEventListener("keydown", ({ key }) => {
      const to = ({ ArrowLeft: this.share - STEP, ArrowRight: this.share + STEP, Home: LEAST, End: MOST } as Record<string, number>)[key];
      if (to === undefined) return;
      this.place(to);
      this.moved(this.share);
    });
  }

  /** The map of the baseline, made where it is shown for the first time. */
  show(share: number): TheMap {
    this.box.hidden = this.handle.hidden = false;
    if (!this.before) {
      this.before = this.make(this.box);
      const { map } = this.before;
      map.jumpTo({ center: this.now.getCenter(), zoom: this.now.getZoom() });
      this.follow(this.now, map);
      this.follow(map, this.now);
    }
    this.place(share);
    return this.before;
  }

  hide(): void { this.box.hidden = this.handle.hidden = true; }

  showLayers(isHatched: boolean, opacities: Opacities): void { void this.before?.showLayers(isHatched, opacities); }

  restyle(): void { void this.before?.restyle(); }

  private place(share: number): void {
    this.share = Math.round(Math.max(LEAST, Math.min(MOST, share)));
    at("map-box").style.setProperty("--swipe", `${this.share}%`);
    this.handle.setAttribute("aria-valuenow", String(this.share));
    this.handle.setAttribute("aria-valuetext", t("{share} % of the map shows before", { share: this.share }));
  }

  /** Let one map look where the other does. */
  private follow(leader: LibreMap, follower: LibreMap): void {
    leader.on("move", () => {
      if (this.box.hidden) return;
      const [here, there] = [leader.getCenter(), follower.getCenter()];
      const isSame = Math.abs(here.lng - there.lng) < 1e-7 && Math.abs(here.lat - there.lat) < 1e-7 && Math.abs(leader.getZoom() - follower.getZoom()) < 1e-7;
      if (!isSame) follower.jumpTo({ center: here, zoom: leader.getZoom() });
    });
  }
}
