// Cards: what is known of a link, place, source or row, and what can be done to it.

import { ask, isAborted, words } from "./api";
import { closureText, described, layerName, placeKind } from "./described";
import { at, button, cited, day, h, hours, percent, usd } from "./markup";
import { openers, projectCard, withProject, yearAndPrice } from "./projects";
import { asQuery, stateOf, tripOf, type State } from "./state";
import type { Closure, LinkCard, NodeCard, Project, Row, RowCard, SourceCard, Study, WhyNot } from "./types";

export interface CardHooks {
  change: (patch: Partial<State>) => void; show: (card: string | null) => void; point: (links: string[]) => void;
  fit: ((links: string[]) => void) | null; name: (id: string) => string; told: (text: string) => string; study: Study;
}

const MAX_VIA = 3;

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
  else if (kind === "node") content = node(await ask<NodeCard>("card", `/api/nodes/${word}?${asked}`), state, hooks);
  else if (kind === "source") content = source(await ask<SourceCard>("card", `/api/sources/${word}?${asked}`), hooks);
  else content = plain(await ask<RowCard>("card", `/api/rows/${TABLES[kind] ?? encodeURIComponent(kind)}/${word}?${asked}`), hooks);
  box.replaceChildren(button("✕", () => hooks.show(null), { "aria-label": "Close the card", class: "close" }), ...content);
  box.hidden = false;
}

function link(card: LinkCard, state: State, hooks: CardHooks): HTMLElement[] {
  hooks.point([card.id]);
  const country = (code: string): string => hooks.study.countries[code] ?? code;
  const kind = `${card.border ? "Border crossing, " : ""}${layerName(card.layer)}`;
  const ends = card.ends.flatMap((end, i) => [i ? (card.back ? " to " : " and ") : "", button(end.name, () => hooks.show(`node:${end.id}`), { class: "link" }), card.border ? ` (${country(end.country)})` : ""]);
  return [
    h("h2", {}, card.name),
    h("p", { class: "small" }, `${kind.charAt(0).toUpperCase()}${kind.slice(1)}; `, ...ends, ...onMap([card.id], hooks)),
    h("p", { id: "card-state", class: `state state-${card.state}` }, card.what_if.length > 0 ? `${said(card)}, as this what-if has it` : said(card)),
    ...card.why.map((c) => reason(c, hooks)),
    h("div", { class: "acts" }, ...acts(card, state, hooks)),
    h("div", { id: "why-not", "aria-live": "polite" }),
    ...contents("links", card, hooks), evidence(card, hooks),
    ...sentences("Opening times", "windows", card.windows, hooks), ...section("Services", "services", card.services, hooks),
    ...sentences("Papers and rules", "rules", card.rules, hooks), ...section("What may shut it", "hazards", card.hazards, hooks),
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
  return h("p", { class: "small" }, `${closureText(closure)} `, closure.source_id ? button("source", () => hooks.show(`source:${closure.source_id}`), { class: "link" }) : null);
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
      made.push(button(`Suppose: ${meaning.split(/[,;]/)[0] ?? meaning}`, () => hooks.change({ choose: [...state.choose.filter((c) => !c.startsWith(`${parameter}:`)), `${parameter}:${option}`] }), { title: meaning }));
    }
  }
  made.push(button("Why is it not used?", () => { void whyNot(card.id, state, hooks); }, { id: "act-why" }));
  return made;
}

export function opened(state: State, links: string[]): Partial<State> {
  return { open: [...state.open, ...links.filter((x) => !state.open.includes(x))], close: state.close.filter((x) => !links.includes(x)) };
}

async function whyNot(element: string, state: State, hooks: CardHooks): Promise<void> {
  const box = at("why-not");
  box.replaceChildren(h("p", { class: "small" }, "Looking for routes through it ..."));
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

function node(card: NodeCard, state: State, hooks: CardHooks): HTMLElement[] {
  hooks.point(card.links.map((l) => l.id));
  const isFull = state.via.length >= MAX_VIA || state.via.includes(card.id);
  return [
    h("h2", {}, card.name), h("p", { class: "small" }, [placeKind(cell(card, "kind")), hooks.study.countries[cell(card, "country")] ?? cell(card, "country")].filter((w) => w).join(", "), ...onMap([card.id], hooks)),
    h("div", { class: "acts" }, button("From here", () => hooks.change({ origin: card.id }), { id: "act-from" }), button("To here", () => hooks.change({ destination: card.id }), { id: "act-to" }),
      isFull ? null : button("Via here", () => hooks.change({ via: [...state.via, card.id] }), { id: "act-via" })),
    ...contents("nodes", card, hooks), evidence(card, hooks),
    h("h3", {}, "Links here"),
    h("ul", { class: "plain" }, ...card.links.map((l) => h("li", {}, button(`${l.name}, ${layerName(l.layer)}`, () => hooks.show(`link:${l.id}`), { class: "link" }), l.state === "open" ? "" : h("span", { class: "small" }, ` ${l.state}`)))),
    ...section("Where goods change over", "terminals", card.terminals, hooks),
  ];
}

function plain(card: RowCard, hooks: CardHooks): HTMLElement[] {
  return [h("h2", {}, card.name ?? hooks.name(card.id)), ...contents(card.table, card, hooks), evidence(card, hooks)];
}

const KINDS: Record<string, [string, string]> = {
  links: ["links", "link"], nodes: ["places", "node"], terminals: ["terminals", "terminal"], services: ["services", "service"], hazards: ["things that may shut a link", "hazard"],
  rules: ["rules", "rule"], windows: ["opening times", "window"], cargoes: ["cargoes", "cargo"],
};
const GRADES: Record<string, string> = { A: "read in it", B: "well known, not checked in it", C: "estimates" };

function source(card: SourceCard, hooks: CardHooks): HTMLElement[] {
  return [
    h("h2", {}, "Source"), h("p", { id: "citation" }, cited(card.source)),
    h("h3", {}, "What rests on it"),
    ...Object.entries(card.used).map(([table, use]) => {
      const [words, kind] = KINDS[table] ?? [table.replaceAll("_", " "), null];
      const grades = Object.entries(use.confidence).map(([grade, count]) => `${count} ${GRADES[grade] ?? grade}`).join(", ");
      const head = `${use.rows} ${words}${grades ? `: ${grades}` : ""}`;
      const named = kind === null ? [] : use.named.filter((row, i) => use.named.findIndex((other) => other.name === row.name) === i);
      return named.length === 0 ? h("p", { class: "small" }, head) : h("details", {}, h("summary", {}, head),
        h("ul", { class: "plain" }, ...named.map((row) => h("li", {}, button(row.name, () => hooks.show(`${kind}:${row.id}`), { class: "link" })))));
    }),
  ];
}

/** What a row says: a sentence and a few labelled values. */
function contents(table: string, row: Row, hooks: CardHooks): HTMLElement[] {
  const { text, values } = described(table, row, {
    name: hooks.name, country: (code) => hooks.study.countries[code] ?? code, cargo: (id) => hooks.study.cargoes.find((c) => c.cargo_id === id)?.name ?? id,
  });
  return [
    ...(text ? [h("p", {}, text)] : []),
    ...(values.length ? [h("dl", { class: "figures" }, ...values.flatMap(([words, content]) => [h("dt", {}, words), h("dd", {}, content)]))] : []),
  ];
}

function evidence(row: Row, hooks: CardHooks): HTMLElement {
  const grade = { A: "Read in the source", B: "Well known, unchecked", C: "An estimate" }[row.confidence ?? ""];
  return h("div", { class: "evidence" },
    h("p", { class: "small" }, row.confidence ? h("span", { class: `grade grade-${row.confidence}` }, row.confidence) : null, grade ? ` ${grade}. ` : " ",
      row.source ? button(cited(row.source), () => hooks.show(`source:${row.source?.source_id}`), { class: "link", "data-source": row.source.source_id }) : "No source."),
    row.note ? h("details", { class: "small" }, h("summary", {}, "How this was put together"), h("p", {}, row.note)) : null);
}

const cell = (row: Row, column: string): string => String(row.figures.find((f) => f.column === column)?.value ?? "");

/** Rows that a sentence says whole, with its source. */
function sentences(title: string, table: string, rows: Row[], hooks: CardHooks): HTMLElement[] {
  return rows.length === 0 ? [] : [h("h3", {}, title), ...rows.flatMap((row) => contents(table, row, hooks).map((content) => {
    if (row.source) content.append(" ", button("source", () => hooks.show(`source:${row.source?.source_id}`), { class: "link" }));
    return content;
  }))];
}

function section(title: string, table: string, rows: Row[], hooks: CardHooks): HTMLElement[] {
  const capital = (words: string): string => `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
  return rows.length === 0 ? [] : [h("h3", {}, title), ...rows.map((row) => h("details", {},
    h("summary", {}, capital(row.name ?? hooks.name(row.id)), row.shut_share === undefined ? "" : `: ${percent(row.shut_share)} chance in the 30 days from departure`),
    ...contents(table, row, hooks), evidence(row, hooks)))];
}
