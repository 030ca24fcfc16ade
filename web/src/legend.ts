// One legend of modes for the map and the charts, out of the same styles as every printed chart.

import { ground, hazardRange, onGround } from "./colours";
import { t } from "./language";
import { h, s } from "./markup";
import type { Style } from "./types";

const ON_MAP = ["road", "rail-1520", "rail-1435", "rail-1676", "rail", "ferry", "sea", "waterway", "air", "planned", "closed"];

const MAX_SHARE = 0.08; // of the map that an open legend may take
const CORNERS = ["top", "bottom"];

/** Show the keys of what is in view; isBare: whether nothing of the answer lies under a box of the page. */
export function legend(box: HTMLElement, styles: Record<string, Style>, present: Set<string>, layers: string[], hasGhosts: boolean, isBare: (box: DOMRect) => boolean): void {
  const g = ground();
  const rows = ON_MAP.filter((key) => present.has(key) && styles[key]).map((key) => {
    const style = styles[key] as Style;
    return h("li", {}, s("svg", { viewBox: "0 0 34 8", width: 34, height: 8, "aria-hidden": "true" }, s("path", {
      d: "M0,4H34", stroke: onGround(style.hue), "stroke-width": style.width, ...(style.dash[1] ? { "stroke-dasharray": style.dash.join(" ") } : {}),
    })), style.name);
  });
  const marks = [
    present.has("others") && h("li", {}, s("svg", { viewBox: "0 0 34 8", width: 34, height: 8, "aria-hidden": "true" }, s("path", { d: "M0,4H34", stroke: g.faint, "stroke-width": 3.2, opacity: 0.7 })), t("other routes listed")),
    present.has("estimate") && h("li", { id: "key-estimate" }, s("svg", { viewBox: "0 0 34 8", width: 34, height: 8, "aria-hidden": "true" }, s("path", { d: "M0,4H34", stroke: g.ghost, "stroke-width": 2.4 }), s("path", { d: "M4,8L8,0M15,8L19,0M26,8L30,0", stroke: g.ink, "stroke-width": 1.3 })), t("length, speed or border time estimated by us")),
    ...(hasGhosts ? [h("li", {}, s("svg", { viewBox: "0 0 34 8", width: 34, height: 8, "aria-hidden": "true" }, s("path", { d: "M0,4H34", stroke: g.ghost, "stroke-width": 1.8, "stroke-dasharray": "5 4" })), t("routes of the baseline"))] : []),
    present.has("own") && h("li", { id: "key-own" }, s("svg", { viewBox: "0 0 12 12", width: 12, height: 12, "aria-hidden": "true" }, s("path", { d: "M3.5,6a2.5,2.5 0 1 0 5,0a2.5,2.5 0 1 0 -5,0", stroke: g.own, "stroke-width": 4 })), t("points of your own")),
    present.has("mark-open") && h("li", {}, s("svg", { viewBox: "0 0 12 12", width: 12, height: 12, "aria-hidden": "true" }, s("rect", { x: 3, y: 3, width: 6, height: 6, fill: g.paper, stroke: g.ink, "stroke-width": 1.5 })), t("border open")),
    present.has("mark-shut") && h("li", {}, s("svg", { viewBox: "0 0 12 12", width: 12, height: 12, "aria-hidden": "true" }, s("path", { d: "M2,2L10,10M10,2L2,10", stroke: g.shut, "stroke-width": 2.2 })), t("shut on the day")),
  ];
  const meaning: Record<string, [string, string, string]> = {
    hazards: [t("Chance that a hazard shuts it in 30 days"), "0", t("30 % and more")], criticality: [t("Yearly loss if it fails"), t("none"), t("the most")],
    flows: [t("Use of the tightest limit; wide is much, grey has no limit that is known"), "0", t("full")], capacity: [t("Use of the tightest limit"), "0", t("full")],
  };
  const ramps = layers.flatMap((layer) => {
    const words = meaning[layer], [pale = "", strong = ""] = hazardRange();
    if (!words) return [];
    const id = `ramp-${layer}`;
    return [h("div", { class: "ramp" }, words[0], s("svg", { viewBox: "0 0 100 8", width: "100%", height: 8, preserveAspectRatio: "none", "aria-hidden": "true" },
      s("defs", {}, s("linearGradient", { id }, s("stop", { offset: 0, "stop-color": pale }), s("stop", { offset: 1, "stop-color": strong }))),
      s("rect", { width: 100, height: 8, fill: `url(#${id})` })), h("div", { class: "ends" }, h("span", {}, words[1]), h("span", {}, words[2])))];
  });
  const keys = h("details", { open: true }, h("summary", { click: () => { box.dataset["choice"] = keys.open ? "folded" : "open"; } }, t("Legend")), h("ul", { class: "keys" }, ...rows, ...marks));
  box.replaceChildren(keys, ...ramps);
  keys.open = box.dataset["choice"] ? box.dataset["choice"] === "open" : fits(box, isBare);
}

/** Put an open legend into the first corner where it lies over nothing of the answer; whether there is one. */
function fits(box: HTMLElement, isBare: (box: DOMRect) => boolean): boolean {
  const map = box.parentElement?.getBoundingClientRect();
  for (const corner of CORNERS) {
    box.dataset["corner"] = corner;
    const { width, height } = box.getBoundingClientRect();
    if (map && width * height <= MAX_SHARE * map.width * map.height && isBare(box.getBoundingClientRect())) return true;
  }
  box.dataset["corner"] = CORNERS[0];
  return false;
}
