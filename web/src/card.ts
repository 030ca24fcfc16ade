// Cards: what is known of a link, place, source or row, and what can be done to it.

import { ask, isAborted, isLate, words } from "./api";
import { closureText, described, formName, layerName, placeKind, stateName } from "./described";
import { capital, listed, number, parts, t, tn } from "./language";
import { asWritten, at, button, cited, day, h, hours, percent, usd } from "./markup";
import { openers, projectCard, withProject, yearAndPrice } from "./projects";
import { asQuery, goodsOf, stateOf, tripOf, type State } from "./state";
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
  if (kind === "project") content = project ? ofProject(project, state, hooks) : [h("h2", {}, t("No such project")), h("p", {}, t("The study has no project of this name.")), button(t("Close the card"), () => hooks.show(null))];
  else if (kind === "link") content = link(await ask<LinkCard>("card", `/api/links/${word}?${asked}&${asQuery(goodsOf(state, hooks.study))}`), state, hooks);
  else if (kind === "node") content = node(await ask<NodeCard>("card", `/api/nodes/${word}?${asked}`), state, hooks);
  else if (kind === "source") content = source(await ask<SourceCard>("card", `/api/sources/${word}?${asked}`), hooks);
  else content = plain(await ask<RowCard>("card", `/api/rows/${TABLES[kind] ?? encodeURIComponent(kind)}/${word}?${asked}`), hooks);
  box.replaceChildren(button("✕", () => hooks.show(null), { "aria-label": t("Close the card"), class: "close" }), ...content);
  box.hidden = false;
}

function link(card: LinkCard, state: State, hooks: CardHooks): HTMLElement[] {
  hooks.point([card.id]);
  const country = (code: string): string => hooks.study.countries[code] ?? code;
  const isCrossing = crosses(card), kind = isCrossing ? t("border crossing, {mode}", { mode: layerName(card.layer) }) : layerName(card.layer);
  const [from = "", to = ""] = card.ends.map((end) => h("span", {}, button(end.name, () => hooks.show(`node:${end.id}`), { class: "link" }), isCrossing ? ` (${country(end.country)})` : ""));
  const ends = card.back ? parts("{from} to {to}", { from, to }) : parts("{from} and {to}", { from, to });
  return [
    h("h2", {}, card.name),
    h("p", { class: "small" }, `${capital(kind)}${t("; ")}`, ...ends, ...onMap([card.id], hooks)),
    h("p", { id: "card-state", class: `state state-${card.state}` }, card.what_if.length > 0 ? t("{state}, as this what-if has it", { state: said(card) }) : said(card)),
    ...card.why.map((c) => reason(c, hooks)),
    h("div", { class: "acts" }, ...acts(card, state, hooks)),
    h("div", { id: "why-not", "aria-live": "polite" }),
    ...contents("links", card, hooks), evidence(card, hooks),
    ...sentences(t("Opening times"), "windows", card.windows, hooks), ...section(t("Services"), "services", card.services, hooks),
    ...sentences(t("Documents and rules"), "rules", card.rules, hooks), ...section(t("What may shut it"), "hazards", card.hazards, hooks),
  ];
}

/** Whether goods are cleared on a link: a ship passes from country to country, and crosses no border of two. */
const crosses = (card: LinkCard): boolean => card.border && /^(road|rail)/.test(card.layer);

function ofProject(project: Project, state: State, hooks: CardHooks): HTMLElement[] {
  hooks.point([...project.opens, ...project.edits.flatMap((e) => e.links)]);
  const build = (projects: string[]): void => hooks.change({ projects });
  return [...projectCard(project, hooks.study, state, { build, card: hooks.show, name: hooks.name, fit: hooks.fit }), evidence({ ...project, id: project.project_id, figures: [] }, hooks)];
}

function onMap(links: string[], hooks: CardHooks): (HTMLElement | string)[] {
  const fit = hooks.fit;
  return fit ? [t("; "), button(t("show on the map"), () => fit(links), { class: "link" })] : [];
}

function said(card: LinkCard): string {
  if (card.state === "open") return t("Open");
  if (card.state === "barred") return t("Barred to this cargo");
  const opens = card.opens_on ? t("opens {day}", { day: day(card.opens_on) }) : "";
  return card.state === "planned" ? listed([t("Not built or not open yet"), opens].filter((w) => w)) : listed([t("Shut"), opens || t("no end known")]);
}

function reason(closure: Closure, hooks: CardHooks): HTMLElement {
  return h("p", { class: "small" }, `${closureText(closure)} `, closure.source_id ? button(t("source"), () => hooks.show(`source:${closure.source_id}`), { class: "link" }) : null);
}

function acts(card: LinkCard, state: State, hooks: CardHooks): HTMLElement[] {
  const both = card.back ? [card.id, card.back] : [card.id];
  const without = (ids: string[]): string[] => ids.filter((x) => !both.includes(x));
  const isOwn = state.close.includes(card.id) || state.open.includes(card.id);
  const made: HTMLElement[] = [];
  const pair = crosses(card) ? `crossing:${card.ends.map((e) => e.country).sort().join("-")}` : null;
  if (isOwn) made.push(button(t("Undo"), () => hooks.change({ close: without(state.close), open: without(state.open) }), { id: "act-undo" }));
  else if (card.state === "open") {
    const close = (ids: string[]): void => hooks.change({ close: [...state.close, ...ids], open: state.open.filter((x) => !ids.includes(x)) });
    made.push(button(card.back ? t("Close it, both ways") : t("Close it"), () => close(both), { id: "act-close" }));
    if (card.back) made.push(button(t("Close it only towards {place}", { place: card.ends[1]?.name ?? "" }), () => close([card.id])));
  }
  else if (card.state === "planned") {
    for (const project of openers(hooks.study, card.id)) {
      made.push(button(t("Build {project}: {year_and_price}", { project: project.name, year_and_price: yearAndPrice(project, Number(state.depart.slice(0, 4))) }), () => hooks.change({ projects: withProject(hooks.study, state.projects, project.project_id) })));
    }
    const links = card.opened_by[0]?.links ?? [card.id];
    made.push(button(links.length > 1 ? tn("Open it and the {count} link planned with it", "Open it and the {count} links planned with it", links.length - 1) : t("Open it"), () => hooks.change(opened(state, links)), { id: "act-open" }));
    if (links.length > 1) made.push(button(t("Open only this link"), () => hooks.change(opened(state, [card.id]))));
  } else if (card.state === "shut" && card.why.some((c) => c.kind === "change" || c.kind === "status")) {
    made.push(button(card.back ? t("Open it, both ways") : t("Open it"), () => hooks.change(opened(state, both)), { id: "act-open" }));
  }
  const isDated = card.why.some((c) => c.kind !== "window");
  if (pair && !isOwn && card.state !== "planned" && (card.state === "open" || isDated)) {
    const whole = state.close.includes(pair) ? ["close", t("Undo closing the {border}", { border: hooks.name(pair) })] as const : card.state === "open" ? ["close", t("Close the whole {border}", { border: hooks.name(pair) })] as const : ["open", t("Open the whole {border}", { border: hooks.name(pair) })] as const;
    const list = state[whole[0]];
    made.push(button(whole[1], () => hooks.change({ [whole[0]]: list.includes(pair) ? list.filter((x) => x !== pair) : [...list, pair] })));
  }
  for (const { parameter, chosen, options } of card.choices) {
    for (const { option, meaning } of options.filter((o) => o.option !== chosen)) {
      made.push(button(t("Suppose: {meaning}", { meaning: meaning.split(/[,;]/)[0] ?? meaning }), () => hooks.change({ choose: [...state.choose.filter((c) => !c.startsWith(`${parameter}:`)), `${parameter}:${option}`] }), { title: meaning }));
    }
  }
  made.push(button(t("Why is it not used?"), () => { void whyNot(card.id, state, hooks); }, { id: "act-why" }));
  return made;
}

export function opened(state: State, links: string[]): Partial<State> {
  return { open: [...state.open, ...links.filter((x) => !state.open.includes(x))], close: state.close.filter((x) => !links.includes(x)) };
}

const CRITERIA: Record<string, string> = { time: t("time"), cost: t("cost"), carbon: t("carbon"), risk: t("risk") };

async function whyNot(element: string, state: State, hooks: CardHooks): Promise<void> {
  const box = at("why-not");
  box.replaceChildren(h("p", { class: "small" }, t("Looking for routes through it ...")));
  try {
    const why = await ask<WhyNot>("why", "/api/why-not", { ...tripOf(state), element });
    const figure = (v: number | null, unit: string): string => (v === null ? "–" : unit === "h" ? hours(v) : unit === "USD" ? usd(v) : unit === "1" ? percent(v) : unit === "kg" ? t("{mass} kg", { mass: number(v) }) : `${number(v)} ${unit}`);
    box.replaceChildren(h("p", {}, hooks.told(why.verdict)), h("table", {},
      h("thead", {}, h("tr", {}, h("td"), ...[t("best now"), t("through it now"), t("if it opened")].map((w) => h("th", { scope: "col" }, w)))),
      h("tbody", {}, ...why.comparison.map((c) => h("tr", {}, h("th", { scope: "row" }, CRITERIA[c.criterion] ?? c.criterion), ...[c.best, c.through, c.opened].map((v) => h("td", {}, figure(v, c.unit))))))));
  } catch (problem) {
    box.replaceChildren(isAborted(problem) ? h("p", { class: "small" }, t("Stopped.")) : h("p", { class: "problem" }, words(problem)), isAborted(problem) || isLate(problem) ? button(t("Ask again"), () => { void whyNot(element, state, hooks); }) : "");
  }
}

const ONE_WAY = { from: t("from here only"), to: t("to here only") };

function node(card: NodeCard, state: State, hooks: CardHooks): HTMLElement[] {
  hooks.point(card.links.map((l) => l.id));
  const isFull = state.via.length >= MAX_VIA || state.via.includes(card.id);
  return [
    h("h2", {}, card.name), h("p", { class: "small" }, listed([placeKind(cell(card, "kind")), hooks.study.countries[cell(card, "country")] ?? cell(card, "country")].filter((w) => w)), ...onMap([card.id], hooks)),
    h("div", { class: "acts" }, button(t("From here"), () => hooks.change({ origin: card.id }), { id: "act-from" }), button(t("To here"), () => hooks.change({ destination: card.id }), { id: "act-to" }),
      isFull ? null : button(t("Via here"), () => hooks.change({ via: [...state.via, card.id] }), { id: "act-via" })),
    ...contents("nodes", card, hooks), evidence(card, hooks),
    h("h3", {}, t("Links here")),
    h("ul", { class: "plain" }, ...card.links.map((l) => h("li", {}, button(listed([l.name, layerName(l.layer), ...(l.one_way ? [ONE_WAY[l.one_way]] : [])]), () => hooks.show(`link:${l.id}`), { class: "link" }), l.state === "open" ? "" : h("span", { class: "small" }, ` ${stateName(l.state)}`)))),
    ...section(t("Where goods change over"), "terminals", card.terminals, hooks),
  ];
}

function plain(card: RowCard, hooks: CardHooks): HTMLElement[] {
  return [h("h2", {}, titled(card.table, card, hooks)), ...contents(card.table, card, hooks), evidence(card, hooks)];
}

const KINDS: Record<string, [(count: number) => string, string]> = {
  links: [(count) => tn("{count} link", "{count} links", count), "link"], nodes: [(count) => tn("{count} place", "{count} places", count), "node"],
  projects: [(count) => tn("{count} project", "{count} projects", count), "project"],
  terminals: [(count) => tn("{count} terminal", "{count} terminals", count), "terminal"], services: [(count) => tn("{count} service", "{count} services", count), "service"],
  hazards: [(count) => tn("{count} thing that may shut a link", "{count} things that may shut a link", count), "hazard"], rules: [(count) => tn("{count} rule", "{count} rules", count), "rule"],
  windows: [(count) => tn("{count} opening time", "{count} opening times", count), "window"], cargoes: [(count) => tn("{count} cargo", "{count} cargoes", count), "cargo"],
};
const others = (count: number): string => tn("{count} other figure", "{count} other figures", count);
const GRADES: Record<string, (count: string) => string> = {
  A: (count) => t("{count} read in it", { count }), B: (count) => t("{count} well known, not checked in it", { count }), C: (count) => t("{count} estimates", { count }),
};

function source(card: SourceCard, hooks: CardHooks): HTMLElement[] {
  return [
    h("h2", {}, t("Source")), h("p", { id: "citation", ...asWritten(cited(card.source)) }, cited(card.source)),
    h("h3", {}, t("What rests on it")),
    ...Object.entries(card.used).map(([table, use]) => {
      const [words, kind] = KINDS[table] ?? [others, null];
      const grades = listed(Object.entries(use.confidence).map(([grade, count]) => GRADES[grade]?.(number(count)) ?? grade));
      const head = `${words(use.rows)}${grades ? `: ${grades}` : ""}`;
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
  const grade = { A: t("Read in the source"), B: t("Well known, unchecked"), C: t("An estimate") }[row.confidence ?? ""];
  return h("div", { class: "evidence" },
    h("p", { class: "small" }, row.confidence ? h("span", { class: `grade grade-${row.confidence}` }, row.confidence) : null, grade ? ` ${t("{sentence}.", { sentence: grade })} ` : " ",
      row.source ? button(cited(row.source), () => hooks.show(`source:${row.source?.source_id}`), { class: "link", "data-source": row.source.source_id, ...asWritten(cited(row.source)) }) : t("No source.")),
    row.note ? h("details", { class: "small" }, h("summary", {}, t("How this was put together")), h("p", asWritten(row.note), row.note)) : null);
}

const cell = (row: Row, column: string): string => String(row.figures.find((f) => f.column === column)?.value ?? "");

/** Rows that a sentence says whole, with its source. */
function sentences(title: string, table: string, rows: Row[], hooks: CardHooks): HTMLElement[] {
  return rows.length === 0 ? [] : [h("h3", {}, title), ...rows.flatMap((row) => contents(table, row, hooks).map((content) => {
    if (row.source) content.append(" ", button(t("source"), () => hooks.show(`source:${row.source?.source_id}`), { class: "link" }));
    return content;
  }))];
}

/** A row by its name; the rows of a terminal, one for each form of goods, by that too. */
function titled(table: string, row: Row, hooks: CardHooks): string {
  const name = row.name ?? hooks.name(row.id), form = table === "terminals" ? cell(row, "form") : "";
  return form ? `${name} (${formName(form)})` : name;
}

function section(title: string, table: string, rows: Row[], hooks: CardHooks): HTMLElement[] {
  return rows.length === 0 ? [] : [h("h3", {}, title), ...rows.map((row) => h("details", {},
    h("summary", {}, capital(titled(table, row, hooks)), row.shut_share === undefined ? "" : `: ${t("{share} chance in the 30 days from departure", { share: percent(row.shut_share) })}`),
    ...contents(table, row, hooks), evidence(row, hooks)))];
}
