// Routes by time and cost: left and low is better. The same figures and dots as the report's scatter; carbon stands in the table.

import type { Ghost } from "./difference";
import { listed, number, t } from "./language";
import { beside } from "./letters";
import { days, h, medianHours, s, tonnes, usd } from "./markup";
import type { Route } from "./types";

const W = 420, H = 250, L = 52, R = 14, T = 20, B = 36, RADIUS = 5;

export function ticks(low: number, high: number, count: number): number[] {
  const raw = (high - low) / count, unit = 10 ** Math.floor(Math.log10(raw || 1));
  const step = ([1, 2, 5, 10].find((m) => m * unit >= raw) ?? 10) * unit;
  const found: number[] = [];
  for (let v = Math.ceil(low / step) * step; v <= high + 1e-9; v += step) found.push(Math.round(v * 1e6) / 1e6);
  return found;
}

export function pareto(routes: Route[], old: Ghost[], selected: string | null, select: (id: string) => void, hover: (id: string | null) => void): HTMLElement {
  const xs = [...routes.flatMap((r) => [r.time_p05_h ?? r.time_h, r.time_p95_h ?? r.time_h]), ...old.map((g) => medianHours(g.before))].map((v) => v / 24);
  const ys = [...routes, ...old.map((g) => g.before)].map((r) => r.cost_usd);
  const [x0, x1, y0, y1] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const px = Math.max(0.5, (x1 - x0) * 0.06), py = Math.max(50, (y1 - y0) * 0.12);
  const [lx, hx, ly, hy] = [Math.max(0, x0 - px), x1 + px, Math.max(0, y0 - py), y1 + py];
  const x = (d: number): number => L + ((d - lx) / (hx - lx)) * (W - L - R), y = (u: number): number => H - B - ((u - ly) / (hy - ly)) * (H - T - B);
  const drawn = [...routes].sort((a, b) => Number(a.route_id === selected) - Number(b.route_id === selected));
  const dots = drawn.map((r) => ({ x: x(medianHours(r) / 24), y: y(r.cost_usd), radius: RADIUS, text: r.letter, isFirst: r.route_id === selected }));
  const letters = beside(dots, { left: L, right: W, top: T - 6, bottom: H - B + 2 });
  const ghost = ({ before, now }: Ghost, all: Route[]): SVGElement => {
    const gx = x(medianHours(before) / 24), gy = y(before.cost_usd), to = all.find((r) => r.route_id === now);
    return s("g", { class: "ghost" },
      to ? s("path", { d: `M${gx},${gy}L${x(medianHours(to) / 24)},${y(to.cost_usd)}` }) : null,
      s("circle", { cx: gx, cy: gy, r: 4.5 }), to ? null : s("text", { x: gx + 8, y: gy + 4 }, before.letter),
      s("title", {}, t("{letter} in the baseline: {figures}", { letter: before.letter, figures: listed([days(medianHours(before)), usd(before.cost_usd)]) })));
  };
  const told = routes.map((r) => `${r.letter} ${days(medianHours(r))} ${usd(r.cost_usd)}`).join(t("; "));
  const svg = s("svg", { viewBox: `0 0 ${W} ${H}`, role: "img", "aria-label": t("Routes by time and cost: {list}", { list: told }) },
    ...ticks(lx, hx, 6).map((v) => s("g", { class: "tick" }, s("path", { d: `M${x(v)},${T}V${H - B}` }), s("text", { x: x(v), y: H - B + 14, "text-anchor": "middle" }, number(v, Number.isInteger(v) ? 0 : 1)))),
    ...ticks(ly, hy, 5).map((v) => s("g", { class: "tick" }, s("path", { d: `M${L},${y(v)}H${W - R}` }), s("text", { x: L - 6, y: y(v) + 3.5, "text-anchor": "end" }, number(v)))),
    s("text", { class: "axis", x: (L + W - R) / 2, y: H - 5, "text-anchor": "middle" }, t("days, median (line: 5th to 95th percentile if nothing closes)")),
    s("text", { class: "axis", x: 2, y: 9 }, t("USD")),
    ...old.map((g) => ghost(g, routes)),
    ...drawn.map((r, i) => {
      const { x: cx, y: cy } = dots[i] ?? { x: 0, y: 0 }, letter = letters[i];
      return s("g", {
        class: r.route_id === selected ? "dot selected" : "dot", "data-route": r.route_id, click: () => select(r.route_id), mouseenter: () => hover(r.route_id), mouseleave: () => hover(null),
      },
        s("path", { class: "spread", d: `M${x((r.time_p05_h ?? r.time_h) / 24)},${cy}H${x((r.time_p95_h ?? r.time_h) / 24)}` }),
        s("circle", { cx, cy, r: RADIUS }), letter ? s("text", { x: letter.x, y: letter.y + 4, "text-anchor": "middle" }, r.letter) : null,
        s("title", {}, t("Route {letter}: {figures}", { letter: r.letter, figures: listed([days(medianHours(r)), usd(r.cost_usd), t("{mass} CO₂e", { mass: tonnes(r.carbon_kg) })]) })));
    }));
  return h("figure", { id: "pareto" }, h("figcaption", {}, `${t("Time against cost: left and low is better")}${old.length ? t("; dashed: in the baseline") : ""}`), svg);
}
