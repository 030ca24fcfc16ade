// The menu of a place: what a right click on the map offers, by mouse or by keys.

import { t } from "./language";
import { at, button, h } from "./markup";
import type { State } from "./state";

const ID = "here";
const MARGIN = 4; // pixels to the edge of the map

/** A place and where on the map, in pixels, it was asked for. */
export interface PlaceAsked { place: string; name: string; x: number; y: number }

/** Offer a place as origin, destination or on the way, or its card. */
export function showPlaceMenu({ place, name, x, y }: PlaceAsked, via: string[], change: (patch: Partial<State>) => void): void {
  document.getElementById(ID)?.remove();
  const leave = (): void => menu.remove();
  const entry = (text: string, patch: Partial<State>): HTMLElement => button(text, () => { leave(); change(patch); });
  const menu = h("div", { id: ID, class: "here", role: "group", "aria-label": name, keydown: (event) => { if ((event as KeyboardEvent).key === "Escape") { event.stopPropagation(); leave(); } } },
    h("b", {}, name),
    entry(t("From here"), { origin: place }), entry(t("To here"), { destination: place }),
    entry(t("Via here"), { via: [...via.filter((other) => other !== place), place] }), entry(t("What is here"), { card: `node:${place}` }));

  const box = at("map-box");
  box.append(menu);
  menu.style.left = `${within(x, box.clientWidth - menu.offsetWidth)}px`;
  menu.style.top = `${within(y, box.clientHeight - menu.offsetHeight)}px`;
  menu.querySelector("button")?.focus();
  document.addEventListener("pointerdown", (event) => { if (!menu.contains(event.target as Node)) leave(); }, { once: true });
}

/** A coordinate that leaves the margin free at both ends. */
const within = (wanted: number, room: number): number => Math.max(MARGIN, Math.min(wanted, room - MARGIN));
