// Projects: what can be built, from when and for how much; ticked, the answer is as if it stood.

import { listed, number, parts, t, tn } from "./language";
import { button, h, money, percent } from "./markup";
import type { State } from "./state";
import type { Project, ProjectEdit, Study } from "./types";
import { worthOf } from "./worth";

export interface ProjectHooks {
  build: (projects: string[]) => void; card: (card: string) => void; name: (id: string) => string;
  fit: ((ids: string[]) => void) | null;
}

const STATUSES: Record<string, string> = {
  idea: t("an idea"), announced: t("announced"), memorandum: t("a memorandum is signed"), study: t("being studied"), financed: t("financed"),
  "under-construction": t("under construction"), stalled: t("stalled"), built: t("built"),
};
const PAYERS: Record<string, string> = { state: t("the state"), private: t("private money"), donor: t("a grant") };

/** From when it could stand, in words; what should stand already is said to be late. */
export function opening({ opens_year, status }: Project, today: number): string {
  if (status === "built") return t("built");
  if (opens_year === null) return t("year not known");
  return opens_year < today ? t("due in {year}, not open yet", { year: opens_year }) : t("from {year}", { year: opens_year });
}

/** When and for how much, as beside a toggle. */
export const yearAndPrice = (project: Project, today: number): string => listed([opening(project, today), money(project.capex_usd)]);

/** The projects that open a link. */
export const openers = (study: Study, link: string): Project[] => study.projects.filter((p) => p.opens.includes(link));

/** The projects once one is built: what it requires with it, what it excludes without. */
export function withProject(study: Study, built: string[], id: string): string[] {
  const known = new Map(study.projects.map((p) => [p.project_id, p]));
  const added = [id];
  for (const each of added) for (const other of known.get(each)?.requires ?? []) if (!added.includes(other)) added.push(other);
  const excluded = new Set(added.flatMap((each) => known.get(each)?.excludes ?? []));
  const stays = dropped(study, built, [...excluded]).filter((each) => !added.includes(each));
  return [...stays, ...added];
}

/** The projects without one, and without what requires it. */
export const withoutProject = (study: Study, built: string[], id: string): string[] => dropped(study, built, [id]);

function dropped(study: Study, built: string[], ids: string[]): string[] {
  const gone = [...ids];
  for (const each of gone) for (const p of study.projects) if (p.requires.includes(each) && !gone.includes(p.project_id)) gone.push(p.project_id);
  return built.filter((each) => !gone.includes(each));
}

const toggled = (study: Study, built: string[], id: string): string[] => (built.includes(id) ? withoutProject(study, built, id) : withProject(study, built, id));

/** All projects by country, each with a toggle, its year and its price. */
export function projectList(study: Study, state: State, hooks: ProjectHooks): HTMLElement[] {
  const today = Number(state.depart.slice(0, 4));
  const country = (code: string): string => study.countries[code] ?? code;
  const codes = [...new Set(study.projects.map((p) => p.country))].sort((a, b) => country(a).localeCompare(country(b)));
  return codes.flatMap((code) => [
    h("h3", {}, country(code)),
    h("ul", { class: "plain projects" }, ...study.projects.filter((p) => p.country === code).map((p) => row(p, study, state, today, hooks))),
  ]);
}

function row(project: Project, study: Study, state: State, today: number, hooks: ProjectHooks): HTMLElement {
  const words = yearAndPrice(project, today), id = `build-${project.project_id}`;
  const box = h("input", { type: "checkbox", id, "aria-label": t("Build it: {project}", { project: listed([project.name, words]) }), change: () => hooks.build(toggled(study, state.projects, project.project_id)) });
  box.checked = state.projects.includes(project.project_id);
  return h("li", {}, box, h("span", {}, button(project.name, () => hooks.card(`project:${project.project_id}`), { class: "link" }), h("span", { class: "small" }, ` ${words}`)));
}

/** What a project is, in sentences and a few labelled values, and the button that builds it. */
export function projectCard(project: Project, study: Study, state: State, hooks: ProjectHooks): HTMLElement[] {
  const today = Number(state.depart.slice(0, 4)), isBuilt = state.projects.includes(project.project_id);
  const named = (id: string): HTMLElement => button(study.projects.find((p) => p.project_id === id)?.name ?? hooks.name(id), () => hooks.card(`project:${id}`), { class: "link" });
  const list = (ids: string[]): (HTMLElement | string)[] => ids.flatMap((id, i) => [i ? t(", ") : "", named(id)]);
  const values: [string, (HTMLElement | string)[]][] = [
    [t("Could open"), [opening(project, today)]],
    [t("Price"), [price(project)]],
    ...(project.opex_usd_per_year ? [[t("Running it"), [t("{sum} a year", { sum: money(project.opex_usd_per_year) })]] as [string, string[]]] : []),
    [t("Building takes"), [Number.isInteger(project.build_years) ? tn("{count} year", "{count} years", project.build_years) : t("{years} years", { years: number(project.build_years, 1) })]],
    [t("Paid by"), [payers(project, study)]],
    ...(project.requires.length ? [[t("Needs"), list(project.requires)] as [string, HTMLElement[]]] : []),
    ...(project.excludes.length ? [[t("Not beside"), list(project.excludes)] as [string, HTMLElement[]]] : []),
  ];
  const fit = hooks.fit, drawn = [...project.opens, ...project.edits.flatMap((e) => [...e.links, ...e.places])];
  return [
    h("h2", {}, project.name),
    h("p", { class: "small" }, `${t("Project in {country}: {status}.", { country: study.countries[project.country] ?? project.country, status: STATUSES[project.status] ?? project.status })} `,
      fit && drawn.length ? button(t("show on the map"), () => fit(drawn), { class: "link" }) : null),
    h("p", { id: "card-state", class: `state state-${isBuilt ? "open" : "planned"}` }, isBuilt ? t("Taken as built in this answer") : project.status === "built" ? t("Built; not part of this scenario") : t("Not built yet")),
    h("div", { class: "acts" }, isBuilt
      ? button(t("Take it out again"), () => hooks.build(withoutProject(study, state.projects, project.project_id)), { id: "act-unbuild" })
      : button(t("Build it: {project}", { project: yearAndPrice(project, today) }), () => hooks.build(withProject(study, state.projects, project.project_id)), { id: "act-build" })),
    h("p", { class: "small" }, t("The answer is then as if it stood on the day asked. A border that is shut stays shut.")),
    h("dl", { class: "figures" }, ...values.flatMap(([words, content]) => [h("dt", {}, words), h("dd", {}, ...content)])),
    ...worthOf(project, study),
    h("h3", {}, t("What it changes")),
    h("ul", { class: "plain" }, ...changes(project, hooks)),
  ];
}

function price({ capex_usd, capex_p5_usd, capex_p95_usd }: Project): string {
  if (capex_p5_usd !== null && capex_p95_usd !== null) return t("{value} ({low} to {high})", { value: money(capex_usd), low: money(capex_p5_usd), high: money(capex_p95_usd) });
  if (capex_p95_usd !== null) return t("{sum}, up to {most}", { sum: money(capex_usd), most: money(capex_p95_usd) });
  return capex_p5_usd === null ? money(capex_usd) : t("{sum}, at least {least}", { sum: money(capex_usd), least: money(capex_p5_usd) });
}

function payers(project: Project, study: Study): string {
  if (project.payers.length === 0) return study.countries[project.country] ?? project.country;
  return project.payers.map(({ payer, payer_country, share }) => {
    const who = payer === "state" && payer_country ? study.countries[payer_country] ?? payer_country : payer_country ? t("{payer} of {country}", { payer: PAYERS[payer] ?? payer, country: study.countries[payer_country] ?? payer_country }) : PAYERS[payer] ?? payer;
    return share === 1 ? who : `${who} ${percent(share)}`;
  }).join(t(", "));
}

const COLUMNS: Record<string, string> = {
  speed_kmh: t("Speed, km/h"), fixed_h: t("Hours at the border"), per_day: t("Capacity a day"), departures_per_week: t("Departures a week"), gauge_mm: t("Gauge, mm"),
  capacity_t_per_day: t("Tonnes a day"), season_from: t("Season from"), season_to: t("Season until"), open_share: t("Share of the time it is open"),
};
const MOST_NAMES = 3;

function changes(project: Project, hooks: ProjectHooks): HTMLElement[] {
  const opened = project.opens.map((id) => h("li", {}, ...parts("Opens {link}", { link: button(hooks.name(id), () => hooks.card(`link:${id}`), { class: "link" }) })));
  const edited = project.edits.filter((e) => e.column !== "fixed_p95_h").map((e) => h("li", {}, edit(e, hooks.name)));
  return [...opened, ...edited];
}

function edit({ column, meaning, op, value, links, places }: ProjectEdit, name: (id: string) => string): string {
  const what = COLUMNS[column] ?? meaning.split(/[:;(]/)[0]?.trim() ?? column;
  const amount = op === "scale" ? t("times {value}", { value }) : op === "add" ? t("more by {value}", { value }) : value;
  const names = [...new Set([...places, ...links].map(name))];
  const named = names.slice(0, MOST_NAMES).join(t("; "));
  const where = names.length > MOST_NAMES ? t("{list} and {count} more", { list: named, count: names.length - MOST_NAMES }) : named;
  return `${what}: ${listed([amount, where].filter((w) => w))}`;
}
