// The time-distance diagram: slopes under way, upright steps at borders, terminals and waits.

import { onGround } from "./colours";
import { number, t } from "./language";
import { beside } from "./letters";
import { days, h, km, s } from "./markup";
import { ticks } from "./pareto";
import type { Route, Style } from "./types";

const W = 420, H = 270, L = 34, R = 26, T = 20, B = 36;

export function distance(routes: Route[], styles: Record<string, Style>, selected: string | null, select: (id: string) => void, hover: (id: string | null) => void): HTMLElement {
  const hue = new Map(Object.values(styles).map((style) => [style.name, style]));
  const farthest = Math.max(1, ...routes.flatMap((r) => r.points.map((p) => p.km_to))), longest = Math.max(1, ...routes.flatMap((r) => r.points.map((p) => p.time_to_h))) / 24;
  const x = (v: number): number => L + (v / farthest) * (W - L - R), y = (v: number): number => H - B - (v / longest) * (H - T - B);
  const told = routes.map((r) => t("{letter} {length} in {time}", { letter: r.letter, length: km(r.points.at(-1)?.km_to ?? 0), time: days(r.points.at(-1)?.time_to_h ?? 0) })).join(t("; "));
  const lines = [...routes].sort((a, b) => Number(a.route_id === selected) - Number(b.route_id === selected)).map((r) => {
    const isSelected = r.route_id === selected;
    const d = r.points.map((p, i) => `${i ? "L" : "M"}${x(p.km).toFixed(1)},${y(p.time_h / 24).toFixed(1)}L${x(p.km_to).toFixed(1)},${y(p.time_to_h / 24).toFixed(1)}`).join("");
    return s("g", { class: isSelected ? "trace selected" : "trace", "data-route": r.route_id, click: () => select(r.route_id), mouseenter: () => hover(r.route_id), mouseleave: () => hover(null) },
      s("path", { class: "grip", d }),
      ...(isSelected ? r.points.map((p) => {
        const style = hue.get(p.drawn);
        return s("path", { d: `M${x(p.km)},${y(p.time_h / 24)}L${x(p.km_to)},${y(p.time_to_h / 24)}`, stroke: onGround(style?.hue ?? "#888888"), "stroke-width": Math.max(2, (style?.width ?? 2) * 1.1), ...(style && style.dash[1] ? { "stroke-dasharray": style.dash.join(" ") } : {}) },
          s("title", {}, `${p.stop ?? p.drawn}: ${days(p.time_to_h - p.time_h)}`));
      }) : [s("path", { class: "plain", d })]));
  });
  // Letters lie on top of every line, so that each can be pointed at.
  const ended = routes.filter((r) => r.points.length > 0);
  const letters = beside(ended.map((r) => ({ x: x(r.points.at(-1)?.km_to ?? 0), y: y((r.points.at(-1)?.time_to_h ?? 0) / 24), radius: 1, text: r.letter, isFirst: r.route_id === selected })), { left: L, right: W, top: 12, bottom: H - B });
  const ends = ended.flatMap((r, i) => {
    const letter = letters[i];
    return letter ? [s("g", { class: "trace end", "data-route": r.route_id, click: () => select(r.route_id), mouseenter: () => hover(r.route_id), mouseleave: () => hover(null) },
      s("text", { x: letter.x, y: letter.y + 4, "text-anchor": "middle" }, r.letter))] : [];
  });
  const chosen = routes.find((r) => r.route_id === selected);
  const stops = (chosen?.points ?? []).filter((p) => p.stop && p.time_to_h - p.time_h >= 12).slice(0, 7);
  const svg = s("svg", { viewBox: `0 0 ${W} ${H}`, role: "img", "aria-label": t("Time-distance diagram: {list}", { list: told }) },
    ...ticks(0, longest, 6).map((v) => s("g", { class: "tick" }, s("path", { d: `M${L},${y(v)}H${W - R}` }), s("text", { x: L - 5, y: y(v) + 3.5, "text-anchor": "end" }, number(v)))),
    ...ticks(0, farthest, 6).map((v) => s("g", { class: "tick" }, s("path", { d: `M${x(v)},${H - B}v4` }), s("text", { x: x(v), y: H - B + 15, "text-anchor": "middle" }, number(v)))),
    s("text", { class: "axis", x: (L + W - R) / 2, y: H - 4, "text-anchor": "middle" }, t("km from origin")),
    s("text", { class: "axis", x: 2, y: 9 }, t("days since departure")), ...lines, ...ends);
  return h("figure", { id: "distance" }, h("figcaption", {}, t("Time-distance diagram, as planned: upright steps are borders, terminals and waits")), svg,
    chosen && stops.length ? h("p", { class: "small" }, t("Longest steps of route {letter}: {list}.", { letter: chosen.letter, list: stops.map((p) => `${p.stop} ${days(p.time_to_h - p.time_h)}`).join(t("; ")) })) : "");
}
