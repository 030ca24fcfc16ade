// The list of routes, quickest first or by the weights, and the legs of the one selected.

import { layerName, modeName } from "./described";
import { became, extra, gone } from "./difference";
import { listed, number, t, tn, together } from "./language";
import { at, bareChance, bareDays, bareTonnes, button, days, h, hours, km, medianHours, moment, percent, usd } from "./markup";
import { CRITERIA, type Answer, type Criterion, type Leg, type Opening, type Route } from "./types";

const value: Record<Criterion, (r: Route) => number> = {
  time: medianHours, cost: (r) => r.cost_usd, carbon: (r) => r.carbon_kg, risk: (r) => r.risk_share,
};
const BADGES: [string, (r: Route) => number][] = [
  [t("quickest"), value.time], [t("cheapest"), value.cost], [t("least carbon"), value.carbon], [t("least risk"), value.risk], [t("best value"), (r) => r.generalised_cost_usd],
];

const isPlain = (weights: Record<Criterion, number>): boolean => CRITERIA.every((c) => weights[c] === 1);

interface Column { key: string; head: string; unit: string; title: string; of: (r: Route) => number | string; cell: (r: Route) => (Node | string)[]; kind?: string }

const COLUMNS: Column[] = [
  { key: "time", head: t("Time"), unit: t("days"), title: t("half of the trips take less, if nothing closes"), of: value.time, cell: (r) => [bareDays(value.time(r))] },
  { key: "p95", head: t("95 % of trips within"), unit: t("days"), title: t("if nothing closes"), of: (r) => r.time_p95_h ?? Infinity, cell: (r) => [bareDays(r.time_p95_h)] },
  { key: "on_time", head: t("On time"), unit: "%", title: t("chance to arrive by the end of the day asked, if nothing closes"), of: (r) => -(r.on_time_share ?? 0), cell: (r) => [percent(r.on_time_share ?? 0)], kind: "on-time" },
  { key: "cost", head: t("Price"), unit: t("USD"), title: t("below it what 9 of 10 prices lie between"), of: value.cost, cell: (r) => [number(r.cost_usd), h("br"), h("span", { class: "band" }, band(r))] },
  { key: "carbon", head: t("Carbon"), unit: t("t CO₂e"), title: t("from well to wheel"), of: value.carbon, cell: (r) => [bareTonnes(r.carbon_kg)] },
  { key: "risk", head: t("Chance of meeting a closure"), unit: "%", title: t("to meet a closure under way, given what is open on departure"), of: value.risk, cell: (r) => [bareChance(r.risk_share)] },
];
const WAY: Pick<Column, "key" | "of"> = { key: "way", of: (r) => r.corridor };

/** The routes in the order of a column, "-" before its key the other way round; quickest first, or by the weights, where none is named. */
export function sorted(routes: Route[], sort: string, weights: Record<Criterion, number>): Route[] {
  const column = [...COLUMNS, WAY].find((c) => c.key === sort.replace(/^-/, ""));
  if (!column) return ordered(routes, weights);
  const turn = sort.startsWith("-") ? -1 : 1;
  const compared = (a: number | string, b: number | string): number => (typeof a === "string" ? a.localeCompare(String(b)) : a - Number(b));
  return [...routes].sort((a, b) => turn * compared(column.of(a), column.of(b)));
}

/** Quickest first; with weights of the reader's own, the least weighted sum of how far each route is from the best, over the span of each criterion. */
export function ordered(routes: Route[], weights: Record<Criterion, number>): Route[] {
  if (isPlain(weights)) return [...routes].sort((a, b) => value.time(a) - value.time(b));
  const spans = CRITERIA.map((c) => {
    const all = routes.map(value[c]), low = Math.min(...all), high = Math.max(...all);
    return { c, low, span: high > low ? high - low : 1 };
  });
  const score = (r: Route): number => spans.reduce((sum, { c, low, span }) => sum + (weights[c] * (value[c](r) - low)) / span, 0);
  return [...routes].sort((a, b) => score(a) - score(b));
}

/** The route of the least median time. */
export function quickest(routes: Route[]): Route | undefined {
  return [...routes].sort((a, b) => value.time(a) - value.time(b))[0];
}

/** What each route is the one best of, if the routes differ in it. */
function badges(routes: Route[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const [words, of] of BADGES) {
    const best = [...routes].sort((a, b) => of(a) - of(b))[0];
    const ties = routes.filter((r) => best && of(r) === of(best));
    if (best && routes.length > 1 && ties.length === 1) found.set(best.route_id, [...(found.get(best.route_id) ?? []), words]);
  }
  return found;
}

export interface Hooks {
  select: (route: string) => void; sort: (sort: string) => void; hover: (route: string | null) => void; card: (card: string) => void;
  open: (links: string[]) => void; fit: ((links: string[]) => void) | null; name: (id: string) => string; told: (text: string) => string;
}

const band = (r: Route): string => `${number(r.cost_p05_usd)}–${number(r.cost_p95_usd)}`;

export function showRoutes(answer: Answer, shown: Route[], weights: Record<Criterion, number>, sort: string, selected: string | null, hooks: Hooks): void {
  const box = at("routes"), lost = gone(answer.baseline);
  if (answer.routes.length === 0) {
    box.replaceChildren(...(answer.reason === null ? [] : [h("h2", {}, t("No route")), h("p", { id: "reason" }, hooks.told(answer.reason))]),
      ...answer.openings.filter((o) => o.closures.length > 0).slice(0, 3).map((o) => opening(o, hooks)), ...(lost ? [lost] : []));
    return;
  }
  const isTimed = shown.some((r) => r.on_time_share !== null);
  const onTime = (r: Route): string => percent(r.on_time_share ?? 0);
  const columns = COLUMNS.filter((c) => c.key !== "on_time" || isTimed);
  const head = (key: string, words: string, unit: string, title: string): HTMLElement => {
    const isUp = sort === key || (sort === "" && isPlain(weights) && key === "time"), isDown = sort === `-${key}`;
    return h("th", { scope: "col", "aria-sort": isUp ? "ascending" : isDown ? "descending" : null },
      button("", () => hooks.sort(isUp ? `-${key}` : key), { class: "sort", id: `sort-${key}`, title }, words, " ", h("span", { class: "unit" }, unit)));
  };
  const wayHead = head("way", t("By way of"), "", t("name of the corridor"));
  wayHead.setAttribute("colspan", String(columns.length));
  const best = badges(shown);
  const row = (r: Route, kind: string, ...cells: HTMLElement[]): HTMLElement => h("tr", {
    class: r.route_id === selected ? `${kind} selected` : kind, "data-route": r.route_id,
    mouseenter: () => hooks.hover(r.route_id), mouseleave: () => hooks.hover(null), click: () => hooks.select(r.route_id),
  }, ...cells);
  const rows = shown.flatMap((r) => [row(r, "route",
    h("th", { scope: "row", rowspan: 2 }, button(r.letter, () => hooks.select(r.route_id), {
      "aria-pressed": r.route_id === selected ? "true" : "false", class: "letter", focus: () => hooks.hover(r.route_id), blur: () => hooks.hover(null),
      "aria-label": t("Route {letter}: {figures}", { letter: r.letter, figures: listed([days(medianHours(r)), ...(isTimed ? [t("on time {share}", { share: onTime(r) })] : []), usd(r.cost_usd), t("by {modes} through {countries}", { modes: together(r.modes.map(modeName)), countries: listed(r.countries) })]) }),
    })),
    ...columns.map((c) => h("td", c.kind ? { class: c.kind } : {}, ...c.cell(r), ...extra(answer.baseline, r.route_id, c.key)))), row(r, "route-way",
    h("td", { class: "way", colspan: columns.length }, h("b", {}, r.corridor), " ", h("span", { class: "countries" }, r.countries.join("–")),
      h("span", { class: "badges" }, ...became(answer.baseline, r.route_id), ...(best.get(r.route_id) ?? []).flatMap((words) => [h("span", { class: "badge" }, words), " "]))))]);
  box.replaceChildren(
    h("h2", {}, tn("{count} distinct route", "{count} distinct routes", answer.routes.length)),
    h("div", { class: "scroll", tabindex: 0, role: "group", "aria-label": t("Table of routes") }, h("table", { class: "routes" },
      h("thead", {}, h("tr", {}, h("td"), ...columns.map((c) => head(c.key, c.head, c.unit, c.title))), h("tr", {}, h("td"), wayHead)), h("tbody", {}, ...rows))),
    ...(lost ? [lost] : []),
    h("p", { class: "small" }, [
      t("Time: half of the trips take less, if nothing closes."), t("Price: below it what 9 of 10 prices lie between."), isTimed ? t("On time: chance to arrive by the end of the day asked, if nothing closes.") : "",
      t("Chance of meeting a closure under way, given what is open on departure; none known: no hazard of the study lies on the route."), t("Best value: money, and time at what it costs the cargo."), !sort && !isPlain(weights) ? t("Ordered by the weights.") : "",
    ].filter((w) => w).join(" ")),
    ...[...answer.left_out, ...answer.warnings].map((w) => h("p", { class: "small" }, hooks.told(lettered(w, answer.routes)))),
  );
}

/** Call routes by their letters, as the list does, in a sentence that calls them by their ids. */
export function lettered(sentence: string, routes: Route[]): string {
  const letters = new Map(routes.map((r) => [r.route_id, r.letter]));
  return sentence.replace(/\br\d+\b/g, (id) => letters.get(id) ?? id);
}

function opening(found: Opening, hooks: Hooks): HTMLElement {
  const links = found.links.flat();
  const would = listed([found.time_h === null ? "" : t("{days} as planned", { days: days(found.time_h) }), found.cost_usd === null ? "" : usd(found.cost_usd)].filter((w) => w));
  const names = [...new Set(links.map(hooks.name))];
  const several = names.length > 3 ? t("{list} and {count} more", { list: listed(names.slice(0, 3)), count: names.length - 3 }) : listed(names);
  const what = { links: several, answer: would || t("a route, if more opens") };
  return h("p", {}, `${names.length === 1 ? t("If {links} was open: {answer}.", what) : t("If {links} were open: {answer}.", what)} `, button(names.length === 1 ? t("Open it") : t("Open them"), () => hooks.open(links)));
}

export function showLegs(route: Route | null, hooks: Hooks): void {
  const box = at("legs");
  if (!route) { box.replaceChildren(); return; }
  const fit = hooks.fit;
  box.replaceChildren(
    h("h2", {}, `${t("Route {letter}, leg by leg", { letter: route.letter })} `, fit ? button(t("show on the map"), () => fit(route.legs.flatMap((l) => l.link_id ?? [])), { class: "link" }) : null),
    h("p", { class: "small" }, `${t("{sentence}.", { sentence: listed([km(route.length_km), tn("{count} border", "{count} borders", route.borders_count), tn("{count} transshipment", "{count} transshipments", route.transshipments_count)]) })} ${t("Times UTC, as planned. Every leg leads to its figures and sources.")}`),
    route.documents.length ? h("p", { class: "small" }, t("Documents: {list}.", { list: route.documents.join(t("; ")) })) : "",
    h("ol", { class: "legs" }, ...route.legs.map((leg) => row(leg, hooks))),
  );
}

function row(leg: Leg, hooks: Hooks): HTMLElement {
  const stays = leg.kind === "terminal";
  const title = stays ? t("{place}: transshipment to {mode}", { place: hooks.name(leg.from_node_id), mode: layerName(leg.layer) }) : `${hooks.name(leg.from_node_id)} – ${hooks.name(leg.to_node_id)}`;
  const figures = [
    stays ? "" : layerName(leg.layer), stays ? "" : km(leg.length_km), hours(leg.time_h), leg.wait_h > 0.05 ? t("after {time} of waiting", { time: hours(leg.wait_h) }) : "",
    leg.fixed_h > 0.05 && !stays ? t("{time} of it at the border", { time: hours(leg.fixed_h) }) : "", usd(leg.cost_usd),
  ].filter((p) => p);
  return h("li", {},
    h("div", {},
      button(title, () => hooks.card(stays ? `terminal:${leg.terminal_id}` : `link:${leg.link_id}`), { class: "link" }),
      h("span", { class: "small" }, `${moment(leg.depart_at)}: ${listed(figures)}`)),
    button(leg.confidence, () => hooks.card(`source:${leg.source_id}`), { class: `grade grade-${leg.confidence}`, "aria-label": t("Source of {leg}, confidence {grade}", { leg: title, grade: leg.confidence }) }));
}
