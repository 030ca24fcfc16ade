// Cards: what is known of a link, place, source or row, and what can be done to it.

import { ask, isAborted, words } from "./api";
import { at, button, cited, day, h, hours, percent, usd, value } from "./markup";
import { openers, projectCard, withProject, yearAndPrice } from "./projects";
import { asQuery, stateOf, tripOf, type State } from "./state";
import type { Closure, Figure, LinkCard, NodeCard, Project, Row, RowCard, SourceCard, Study, WhyNot } from "./types";

export interface CardHooks {
  change: (patch: Partial<State>) => void; show: (card: string | null) => void; point: (links: string[]) => void;
  fit: ((links: string[]) => void) | null; name: (id: string) => string; told: (text: string) => string; study: Study;
}

const TABLES: Record<string, string> = { terminal: "terminals", service: "services", hazard: "hazards", rule: "rules", window: "windows", cargo: "cargoes" };

/** Return the card that an address such as link:kabul-... names. */
export async function showCard(card: string, state: State, hooks: CardHooks): Promise<void> {
  const [kind = "", ...rest] = card.split(":"), id = rest.join(":");
  const asked = `${asQuery({ ...stateOf(state), on: state.depart })}`, word = encodeURIComponent(id);
  const box = at("card");
  let content: HTMLElement[];
  const project = kind === "project" ? hooks.study.projects.find((p) => p.project_id === id) : undefined;
  if (kind === "project") content = project ? ofProject(project, state, hooks) : [h("h2", {}, "No such project"), h("p", {}, "The study has no project of this name.")];
  else if (kind === "link") content = link(await ask<LinkCard>("card", `/api/links/${word}?${asked}`), state, hooks);
  else if (kind === "node") content = node(await ask<NodeCard>("card", `/api/nodes/${word}?${asked}`), hooks);
  else if (kind === "source") content = source(await ask<SourceCard>("card", `/api/sources/${word}?${asked}`), hooks);
  else content = plain(await ask<RowCard>("card", `/api/rows/${TABLES[kind] ?? encodeURIComponent(kind)}/${word}?${asked}`), hooks);
  box.replaceChildren(button("✕", () => hooks.show(null), { "aria-label": "Close the card", class: "close" }), ...content);
  box.hidden = false;
}

function link(card: LinkCard, state: State, hooks: CardHooks): HTMLElement[] {
  hooks.point([card.id]);
  return [
    h("h2", {}, card.name),
    h("p", { class: "small" }, `${card.layer}${card.border ? ", border crossing" : ""}; `, ...card.ends.flatMap((end, i) => [i ? (card.back ? " to " : " and ") : "", button(end.name, () => hooks.show(`node:${end.id}`), { class: "link" })]), ...onMap([card.id], hooks)),
    h("p", { id: "card-state", class: `state state-${card.state}` }, card.what_if.length > 0 ? `${said(card)}, as this what-if has it` : said(card)),
    ...card.why.map((c) => reason(c, hooks)),
    h("div", { class: "acts" }, ...acts(card, state, hooks)),
    h("div", { id: "why-not", "aria-live": "polite" }),
    figures(card.figures, hooks.name), evidence(card, hooks),
    ...section("Windows", card.windows, hooks), ...section("Services", card.services, hooks),
    ...section("Rules", card.rules, hooks), ...section("Hazards", card.hazards, hooks),
  ];
}

function ofProject(project: Project, state: State, hooks: CardHooks): HTMLElement[] {
  hooks.point([...project.opens, ...project.edits.flatMap((e) => e.links)]);
  const build = (projects: string[]): void => hooks.change({ projects });
  return [...projectCard(project, hooks.study, state, { build, card: hooks.show, name: hooks.name, fit: hooks.fit }), evidence({ ...project, id: project.project_id, figures: [] }, hooks)];
}

function onMap(links: string[], hooks: CardHooks): (HTMLElement | string)[] {
  const fit = hooks.fit;
  return fit ? ["; ", button("show on the map", () => fit(links), { class: "link" })] : [];
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
  const both = card.back ? [card.id, card.back] : [card.id];
  const without = (ids: string[]): string[] => ids.filter((x) => !both.includes(x));
  const isOwn = state.close.includes(card.id) || state.open.includes(card.id);
  const made: HTMLElement[] = [];
  const pair = card.border ? `crossing:${card.ends.map((e) => e.country).sort().join("-")}` : null;
  if (isOwn) made.push(button("Undo", () => hooks.change({ close: without(state.close), open: without(state.open) }), { id: "act-undo" }));
  else if (card.state === "open") {
    const close = (ids: string[]): void => hooks.change({ close: [...state.close, ...ids], open: state.open.filter((x) => !ids.includes(x)) });
    made.push(button(card.back ? "Close it, both ways" : "Close it", () => close(both), { id: "act-close" }));
    if (card.back) made.push(button(`Close it only towards ${card.ends[1]?.name}`, () => close([card.id])));
  }
  else if (card.state === "planned") {
    for (const project of openers(hooks.study, card.id)) {
      made.push(button(`Build ${project.name}: ${yearAndPrice(project, Number(state.depart.slice(0, 4)))}`, () => hooks.change({ projects: withProject(hooks.study, state.projects, project.project_id) })));
    }
    const links = card.opened_by[0]?.links ?? [card.id];
    made.push(button(links.length > 1 ? `Open it and the ${links.length - 1} links planned with it` : "Open it", () => hooks.change(opened(state, links)), { id: "act-open" }));
    if (links.length > 1) made.push(button("Open only this link", () => hooks.change(opened(state, [card.id]))));
  } else if (card.state === "shut" && card.why.some((c) => c.kind === "change" || c.kind === "status")) {
    made.push(button(card.back ? "Open it, both ways" : "Open it", () => hooks.change(opened(state, both)), { id: "act-open" }));
  }
  const isDated = card.why.some((c) => c.kind !== "window");
  if (pair && !isOwn && card.state !== "planned" && (card.state === "open" || isDated)) {
    const whole = state.close.includes(pair) ? ["close", `Undo closing the ${hooks.name(pair)}`] as const : card.state === "open" ? ["close", `Close the whole ${hooks.name(pair)}`] as const : ["open", `Open the whole ${hooks.name(pair)}`] as const;
    const list = state[whole[0]];
    made.push(button(whole[1], () => hooks.change({ [whole[0]]: list.includes(pair) ? list.filter((x) => x !== pair) : [...list, pair] })));
  }
  for (const { parameter, chosen, options } of card.choices) {
    for (const { option, meaning } of options.filter((o) => o.option !== chosen)) {
      made.push(button(`Choose ${hooks.name(`${parameter}:${option}`)}`, () => hooks.change({ choose: [...state.choose.filter((c) => !c.startsWith(`${parameter}:`)), `${parameter}:${option}`] }), { title: meaning }));
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
    box.replaceChildren(h("p", {}, hooks.told(why.verdict)), h("table", {},
      h("thead", {}, h("tr", {}, h("td"), ...["best now", "through it now", "if it opened"].map((w) => h("th", { scope: "col" }, w)))),
      h("tbody", {}, ...why.comparison.map((c) => h("tr", {}, h("th", { scope: "row" }, c.criterion), ...[c.best, c.through, c.opened].map((v) => h("td", {}, figure(v, c.unit))))))));
  } catch (problem) {
    box.replaceChildren(isAborted(problem) ? h("p", { class: "small" }, "Stopped.") : h("p", { class: "problem" }, words(problem)));
  }
}

function node(card: NodeCard, hooks: CardHooks): HTMLElement[] {
  hooks.point(card.links.map((l) => l.id));
  return [
    h("h2", {}, card.name), h("p", { class: "small" }, [cell(card, "kind").replaceAll("-", " "), hooks.study.countries[cell(card, "country")] ?? cell(card, "country")].filter((w) => w).join(", "), ...onMap([card.id], hooks)),
    figures(card.figures, hooks.name), evidence(card, hooks),
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

const SELECTORS = new Set(["row_id", "link_ids"]);
const SEVERAL = 6;

/** Links and places by name, the first of many. */
function several(words: string, name: (id: string) => string): HTMLElement {
  const all = words.split(" ").map(name);
  return h("span", { title: all.join("; ") }, all.slice(0, SEVERAL).join("; "), all.length > SEVERAL ? ` and ${all.length - SEVERAL} more` : "");
}

/** Figures, each named by what its declaration says of it, up to the first stop. */
function figures(rows: Figure[], name: (id: string) => string): HTMLElement {
  const short = (f: Figure): string => f.column === "status" ? "status" : f.meaning.split(/[:;(]/)[0]?.trim() || f.column;
  // A meaning that speaks of another column by its id speaks of it by its meaning.
  const named = (text: string): string => text.replace(/\b[a-z]+(?:_[a-z0-9]+)+\b/g, (id) => rows.find((f) => f.column === id)?.meaning.split(/[:;(,]/)[0]?.trim() ?? id);
  return h("dl", { class: "figures" }, ...rows.flatMap((f) => [
    h("dt", { title: `${f.column}: ${f.meaning}` }, named(short(f))),
    h("dd", {}, f.column.endsWith("node_id") ? name(String(f.value)) : SELECTORS.has(f.column) ? several(String(f.value), name) : value(f.value, f.unit), "was" in f ? h("span", { class: "small" }, ` (${value(f.was, f.unit)} without changes)`) : null)]));
}

function evidence(row: Row, hooks: CardHooks): HTMLElement {
  const grade = { A: "read in the source", B: "well known, unchecked", C: "estimate" }[row.confidence ?? ""];
  return h("div", { class: "evidence" },
    row.note ? h("p", { class: "small" }, row.note) : null,
    h("p", { class: "small" }, row.confidence ? h("span", { class: `grade grade-${row.confidence}` }, row.confidence) : null, grade ? ` ${grade}. ` : " ",
      row.source ? button(cited(row.source), () => hooks.show(`source:${row.source?.source_id}`), { class: "link", "data-source": row.source.source_id }) : "no source"));
}

/** What a rule asks for, in place of its id: a paper, else its effect. */
function ruled(row: Row): string | undefined {
  const effect = cell(row, "effect");
  return effect ? `${cell(row, "document") || effect} (${row.id})` : undefined;
}

const cell = (row: Row, column: string): string => String(row.figures.find((f) => f.column === column)?.value ?? "");

function section(title: string, rows: Row[], hooks: CardHooks): HTMLElement[] {
  return rows.length === 0 ? [] : [h("h3", {}, title), ...rows.map((row) => h("details", {},
    h("summary", {}, row.name ?? ruled(row) ?? hooks.name(row.id), row.shut_share === undefined ? "" : `: shuts it with a chance of ${percent(row.shut_share)} in the 30 days from departure`),
    figures(row.figures, hooks.name), evidence(row, hooks)))];
}
