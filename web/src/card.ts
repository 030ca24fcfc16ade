// Cards: what is known of a link, place, source or row, and what can be done to it.

import { ask } from "./api";
import { at, button, day, h, hours, percent, usd, value } from "./markup";
import { asQuery, stateOf, tripOf, type State } from "./state";
import type { Closure, Figure, LinkCard, NodeCard, Row, RowCard, Source, SourceCard, Study, WhyNot } from "./types";

export interface CardHooks {
  change: (patch: Partial<State>) => void; show: (card: string | null) => void; point: (links: string[]) => void;
  name: (id: string) => string; study: Study;
}

const TABLES: Record<string, string> = { terminal: "terminals", service: "services", hazard: "hazards", rule: "rules", window: "windows", cargo: "cargoes" };

/** Return the card that an address such as link:kabul-... names. */
export async function showCard(card: string, state: State, hooks: CardHooks): Promise<void> {
  const [kind = "", ...rest] = card.split(":"), id = rest.join(":");
  const asked = `${asQuery({ ...stateOf(state), on: state.depart })}`, word = encodeURIComponent(id);
  const box = at("card");
  let content: HTMLElement[];
  if (kind === "link") content = link(await ask<LinkCard>("card", `/api/links/${word}?${asked}`), state, hooks);
  else if (kind === "node") content = node(await ask<NodeCard>("card", `/api/nodes/${word}?${asked}`), hooks);
  else if (kind === "source") content = source(await ask<SourceCard>("card", `/api/sources/${word}?${asked}`), hooks);
  else content = plain(await ask<RowCard>("card", `/api/rows/${TABLES[kind] ?? encodeURIComponent(kind)}/${word}?${asked}`), hooks);
  box.replaceChildren(button("✕", () => hooks.show(null), { "aria-label": "Close the card", class: "close" }), ...content);
  box.hidden = false;
}

function link(card: LinkCard, state: State, hooks: CardHooks): HTMLElement[] {
  hooks.point([card.id]);
  const words = card.what_if.length > 0 ? `${said(card)}, as this what-if has it` : said(card);
  return [
    h("h2", {}, card.name),
    h("p", { class: "small" }, `${card.layer}${card.border ? ", border crossing" : ""}; `, ...card.ends.flatMap((end, i) => [i ? " and " : "", button(end.name, () => hooks.show(`node:${end.id}`), { class: "link" })])),
    h("p", { id: "card-state", class: `state state-${card.state}` }, words),
    ...card.why.map((c) => reason(c, hooks)),
    h("div", { class: "acts" }, ...acts(card, state, hooks)),
    h("div", { id: "why-not", "aria-live": "polite" }),
    figures(card.figures, hooks.name), evidence(card, hooks),
    ...section("Windows", card.windows, hooks), ...section("Services", card.services, hooks),
    ...section("Rules", card.rules, hooks), ...section("Hazards", card.hazards, hooks),
  ];
}

function said(card: LinkCard): string {
  if (card.state === "open") return "Open";
  const until = card.opens_on ? `, opens ${day(card.opens_on)}` : "";
  return card.state === "planned" ? `Not built or not open yet${until}` : card.state === "barred" ? "Barred to this cargo" : `Shut${until || ", no end known"}`;
}

function reason(closure: Closure, hooks: CardHooks): HTMLElement {
  const span = [closure.from_on ? `since ${day(closure.from_on)}` : "", closure.to_on ? `until ${day(closure.to_on)}` : ""].filter((w) => w).join(" ");
  return h("p", { class: "small" }, `${[closure.kind, closure.id, span].filter((w) => w).join(" ")}${closure.note ? `: ${closure.note}` : ""} `,
    closure.source_id ? button("source", () => hooks.show(`source:${closure.source_id}`), { class: "link" }) : null);
}

function acts(card: LinkCard, state: State, hooks: CardHooks): HTMLElement[] {
  const without = (ids: string[]): string[] => ids.filter((x) => x !== card.id);
  const isOwn = state.close.includes(card.id) || state.open.includes(card.id);
  const made: HTMLElement[] = [];
  const pair = card.border ? `crossing:${card.ends.map((e) => e.country).sort().join("-")}` : null;
  if (isOwn) made.push(button("Undo", () => hooks.change({ close: without(state.close), open: without(state.open) }), { id: "act-undo" }));
  else if (card.state === "open") made.push(button("Close it", () => hooks.change({ close: [...state.close, card.id], open: without(state.open) }), { id: "act-close" }));
  else if (card.state === "planned") {
    const widest = card.opened_by[0], links = widest?.links ?? [card.id];
    made.push(button(links.length > 1 ? `Open it: all ${links.length} links of ${widest?.change_id}` : "Open it", () => hooks.change(opened(state, links)), { id: "act-open" }));
    if (links.length > 1) made.push(button("Open only this link", () => hooks.change(opened(state, [card.id]))));
  } else if (card.state === "shut" && card.why.some((c) => c.kind === "change" || c.kind === "status")) {
    made.push(button("Open it", () => hooks.change(opened(state, [card.id])), { id: "act-open" }));
  }
  const isDated = card.why.some((c) => c.kind !== "window");
  if (pair && !isOwn && card.state !== "planned" && (card.state === "open" || isDated)) {
    const whole = state.close.includes(pair) ? ["close", "Undo closing the whole border"] as const : card.state === "open" ? ["close", `Close the whole border ${pair.slice(9)}`] as const : ["open", `Open the whole border ${pair.slice(9)}`] as const;
    const list = state[whole[0]];
    made.push(button(whole[1], () => hooks.change({ [whole[0]]: list.includes(pair) ? list.filter((x) => x !== pair) : [...list, pair] })));
  }
  for (const { parameter, chosen, options } of card.choices) {
    for (const { option, meaning } of options.filter((o) => o.option !== chosen)) {
      made.push(button(`Choose ${parameter}: ${option}`, () => hooks.change({ choose: [...state.choose.filter((c) => !c.startsWith(`${parameter}:`)), `${parameter}:${option}`] }), { title: meaning }));
    }
  }
  made.push(button("Why not this way?", () => { void whyNot(card.id, state, hooks); }, { id: "act-why" }));
  return made;
}

export function opened(state: State, links: string[]): Partial<State> {
  return { open: [...state.open, ...links.filter((x) => !state.open.includes(x))], close: state.close.filter((x) => !links.includes(x)) };
}

async function whyNot(element: string, state: State, hooks: CardHooks): Promise<void> {
  const box = at("why-not");
  box.replaceChildren(h("p", { class: "small" }, "Looking for ways through it ..."));
  try {
    const why = await ask<WhyNot>("why", "/api/why-not", { ...tripOf(state), element });
    const figure = (v: number | null, unit: string): string => (v === null ? "–" : unit === "h" ? hours(v) : unit === "USD" ? usd(v) : unit === "1" ? percent(v) : `${Math.round(v).toLocaleString("en")} ${unit}`);
    box.replaceChildren(h("p", {}, why.verdict.replaceAll(element, hooks.name(element))), h("table", {},
      h("thead", {}, h("tr", {}, ...["best", "of all now", "through it now", "if opened"].map((w) => h("th", { scope: "col" }, w)))),
      h("tbody", {}, ...why.comparison.map((c) => h("tr", {}, h("th", { scope: "row" }, c.criterion), ...[c.best, c.through, c.opened].map((v) => h("td", {}, figure(v, c.unit))))))));
  } catch (problem) {
    box.replaceChildren(h("p", { class: "problem" }, problem instanceof Error ? problem.message : String(problem)));
  }
}

function node(card: NodeCard, hooks: CardHooks): HTMLElement[] {
  hooks.point(card.links.map((l) => l.id));
  return [
    h("h2", {}, card.name), figures(card.figures, hooks.name), evidence(card, hooks),
    h("h3", {}, "Links here"),
    h("ul", { class: "plain" }, ...card.links.map((l) => h("li", {}, button(`${l.name}, ${l.layer}`, () => hooks.show(`link:${l.id}`), { class: "link" }), l.state === "open" ? "" : ` ${l.state}`))),
    ...section("Terminals", card.terminals, hooks),
  ];
}

function plain(card: RowCard, hooks: CardHooks): HTMLElement[] {
  return [h("h2", {}, hooks.name(card.id)), h("p", { class: "small" }, `A row of ${card.table}: ${card.meaning}.`), figures(card.figures, hooks.name), evidence(card, hooks)];
}

function source(card: SourceCard, hooks: CardHooks): HTMLElement[] {
  const kinds: Record<string, string> = { links: "link", nodes: "node", terminals: "terminal", services: "service", hazards: "hazard", rules: "rule", windows: "window", cargoes: "cargo" };
  return [
    h("h2", {}, "Source"), h("p", { id: "citation" }, cited(card.source)),
    ...Object.entries(card.used).map(([table, use]) => h("details", {},
      h("summary", {}, `${use.rows} rows of ${table}, confidence ${Object.entries(use.confidence).map(([k, n]) => `${k} ${n}`).join(", ")}`),
      h("ul", { class: "plain" }, ...[...new Set(use.ids)].map((id) => h("li", {}, kinds[table] ? button(hooks.name(id), () => hooks.show(`${kinds[table]}:${id}`), { class: "link" }) : id))))),
  ];
}

const cited = (s: Source): string => [s.citation, s.year, s.where].filter((w) => w).join(". ");

/** Figures, each named by what its declaration says of it, up to the first stop. */
function figures(rows: Figure[], name: (id: string) => string): HTMLElement {
  return h("dl", { class: "figures" }, ...rows.flatMap((f) => [
    h("dt", { title: `${f.column}: ${f.meaning}` }, f.column === "status" ? "status" : f.meaning.split(/[:;(]/)[0]?.trim() || f.column),
    h("dd", {}, f.column.endsWith("node_id") ? name(String(f.value)) : value(f.value, f.unit), "was" in f ? h("span", { class: "small" }, ` (${value(f.was, f.unit)} without changes)`) : null)]));
}

function evidence(row: Row, hooks: CardHooks): HTMLElement {
  const grade = { A: "read in the source", B: "well known, unchecked", C: "estimate" }[row.confidence ?? ""];
  return h("div", { class: "evidence" },
    row.note ? h("p", { class: "small" }, row.note) : null,
    h("p", { class: "small" }, row.confidence ? h("span", { class: `grade grade-${row.confidence}` }, row.confidence) : null, grade ? ` ${grade}. ` : " ",
      row.source ? button(cited(row.source), () => hooks.show(`source:${row.source?.source_id}`), { class: "link", "data-source": row.source.source_id }) : "no source"));
}

function section(title: string, rows: Row[], hooks: CardHooks): HTMLElement[] {
  return rows.length === 0 ? [] : [h("h3", {}, title), ...rows.map((row) => h("details", {},
    h("summary", {}, row.name ?? hooks.name(row.id), row.shut_share === undefined ? "" : `: shuts it with a chance of ${percent(row.shut_share)} in the 30 days from departure`),
    figures(row.figures, hooks.name), evidence(row, hooks)))];
}
