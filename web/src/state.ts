// What is asked and looked at: all of it stands in the address, so that a link says everything and the back button works.

import { language } from "./language";
import { CRITERIA, type Criterion, type Study } from "./types";

export interface State {
  scenario: string; origin: string; destination: string; cargo: string; depart: string;
  criteria: Criterion[]; weights: Record<Criterion, number>; max_routes: number; units: number;
  deadline: string; max_transshipments: string; carrier: string; service_class: string; sanctions: string; // as given, empty: any; the server tells what is wrong with one
  via: string[]; avoid: string[]; choose: string[]; with_changes: string[]; projects: string[]; close: string[]; open: string[];
  sort: string; baseline: string; // what is pinned to be compared with, in the words of an address; empty: the question without its what-if
  route: string | null; card: string | null; layers: string[]; opacity: string[]; // of a layer, in hundredths: hazards:60
  view: string; sections: string[]; swipe: string; // how it is looked at: lon,lat,zoom of the map where moved by hand, sections that are open, how much of the map shows before
}

const LISTS = ["via", "avoid", "choose", "with_changes", "projects", "close", "open", "layers", "opacity"] as const;
const WORDS = ["scenario", "origin", "destination", "cargo", "depart"] as const;
export const CONDITIONS = ["deadline", "max_transshipments", "carrier", "service_class", "sanctions"] as const;

export function initial(study: Study): State {
  const trip = study.trips[0];
  const scenario = study.default_scenario;
  return {
    scenario, origin: trip?.origin ?? "", destination: trip?.destination ?? "",
    cargo: trip?.cargo ?? study.cargoes[0]?.cargo_id ?? "",
    depart: study.scenarios.find((s) => s.id === scenario)?.as_of ?? new Date().toISOString().slice(0, 10),
    criteria: [...CRITERIA], weights: { time: 1, cost: 1, carbon: 1, risk: 1 }, max_routes: 10, units: 1, deadline: "", max_transshipments: "", carrier: "", service_class: "", sanctions: "",
    via: [], avoid: [], choose: [], with_changes: [], projects: [], close: [], open: [], sort: "", baseline: "", route: null, card: null, layers: [], opacity: [], view: "", sections: [], swipe: "",
  };
}

/** Tell whether a text is a day the server takes. */
export function isDay(text: string, { limits }: Study): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && new Date(`${text}T00:00:00Z`).toJSON()?.startsWith(text) === true && text >= limits.first_on && text <= limits.last_on;
}

export function fromAddress(search: string, study: Study): State {
  const given = new URLSearchParams(search);
  const state = initial(study);
  for (const key of WORDS) state[key] = given.get(key) ?? state[key];
  if (!isDay(state.depart, study)) state.depart = initial(study).depart;
  for (const key of CONDITIONS) state[key] = given.get(key) ?? "";
  for (const key of LISTS) state[key] = given.getAll(key);
  const criteria = given.getAll("criteria").filter((c): c is Criterion => (CRITERIA as readonly string[]).includes(c));
  if (criteria.length > 0) state.criteria = criteria;
  for (const criterion of CRITERIA) {
    const weight = Number(given.get(`weight_${criterion}`) ?? "1");
    if (weight >= 0 && weight <= 10) state.weights[criterion] = weight;
  }
  const most = Number(given.get("max_routes") ?? "10");
  if (Number.isInteger(most) && most >= 1 && most <= study.limits.routes) state.max_routes = most;
  const units = Number(given.get("units") ?? "1");
  if (Number.isInteger(units) && units >= 1 && units <= study.limits.units) state.units = units;
  state.sort = given.get("sort") ?? "";
  state.baseline = given.get("baseline") ?? "";
  const view = given.get("view") ?? "";
  if (/^-?\d+(\.\d+)?,-?\d+(\.\d+)?,\d+(\.\d+)?$/.test(view)) state.view = view;
  state.sections = given.getAll("section");
  if (/^\d{1,2}$/.test(given.get("swipe") ?? "")) state.swipe = given.get("swipe") ?? "";
  state.route = given.get("route");
  state.card = given.get("card");
  return state;
}

export function toAddress(state: State): string {
  const given = new URLSearchParams();
  if (language !== "en") given.set("language", language);
  for (const key of WORDS) given.set(key, state[key]);
  for (const key of LISTS) for (const word of state[key]) given.append(key, word);
  for (const key of CONDITIONS) if (state[key] !== "") given.set(key, state[key]);
  if (state.criteria.length < CRITERIA.length) for (const criterion of state.criteria) given.append("criteria", criterion);
  for (const criterion of CRITERIA) {
    if (state.weights[criterion] !== 1) given.set(`weight_${criterion}`, String(state.weights[criterion]));
  }
  if (state.max_routes !== 10) given.set("max_routes", String(state.max_routes));
  if (state.units !== 1) given.set("units", String(state.units));
  if (state.sort) given.set("sort", state.sort);
  if (state.baseline) given.set("baseline", state.baseline);
  if (state.route) given.set("route", state.route);
  if (state.card) given.set("card", state.card);
  if (state.view) given.set("view", state.view);
  if (state.swipe) given.set("swipe", state.swipe);
  for (const section of state.sections) given.append("section", section);
  return `?${given}`;
}

/** The question that an answer is compared with: the pinned one, else the same without its what-if. */
export function baselineOf(state: State, study: Study): State {
  const without = { ...state, close: [], open: [], projects: [], with_changes: [], choose: [], baseline: "" };
  if (!state.baseline) return without;
  const words = new URLSearchParams(state.baseline);
  for (const key of WORDS) if (!words.has(key)) words.set(key, state[key]);
  const pinned = fromAddress(`?${words}`, study), { criteria, weights, max_routes, units } = state;
  return { ...pinned, criteria: words.has("criteria") ? pinned.criteria : criteria, weights, max_routes: words.has("max_routes") ? pinned.max_routes : max_routes, units };
}

/** What changes where one word of a state is put in place of another; null where the state does not hold it. */
export function replaced(state: State, word: string, by: string): Partial<State> | null {
  const patch: Partial<State> = {};
  for (const key of WORDS) if (state[key] === word) patch[key] = by;
  for (const key of LISTS) if (state[key].includes(word)) patch[key] = state[key].map((w) => (w === word ? by : w));
  return Object.keys(patch).length > 0 ? patch : null;
}

/** What the server is asked: the state of the study, without the trip. */
export function stateOf(state: State): Record<string, unknown> {
  const { scenario, choose, with_changes, projects, close, open } = state;
  return { scenario, choose, with_changes, projects, close, open };
}

export function tripOf(state: State): Record<string, unknown> {
  const { origin, destination, cargo, depart, via, avoid } = state;
  const conditions = Object.fromEntries(CONDITIONS.map((key) => [key, state[key] || null]));
  return { ...stateOf(state), origin, destination, cargo, depart, via, avoid, ...conditions };
}

/** Whose goods a card's rules are of: what of it the study has. */
export function goodsOf({ origin, destination, cargo, carrier }: State, study: Study): Record<string, unknown> {
  const isPlace = (id: string): boolean => study.places.some((place) => place.id === id.split("@")[0]);
  const isKnown = study.cargoes.some((c) => c.cargo_id === cargo) && isPlace(origin) && isPlace(destination);
  return isKnown ? { cargo, origin, destination, carrier: /^[A-Z]{2}$/.test(carrier) ? carrier : null } : {};
}

export function routesOf(state: State): Record<string, unknown> {
  return { ...tripOf(state), criteria: state.criteria, max_routes: state.max_routes, units: state.units, baseline: state.baseline || undefined };
}

/** The same as words of an address. */
export function asQuery(asked: Record<string, unknown>): string {
  const given = new URLSearchParams();
  for (const [key, value] of Object.entries(asked)) {
    for (const each of Array.isArray(value) ? value : [value]) if (each !== null && each !== undefined) given.append(key, String(each));
  }
  return given.toString();
}
