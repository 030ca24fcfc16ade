// Dead ends: what an address or a field asks that cannot be answered, in plain words, with buttons that lead out.

import { words as said, type Failed } from "./api";
import { listed, t } from "./language";
import { button, day } from "./markup";
import { CONDITIONS, initial, replaced, type State } from "./state";
import type { Study } from "./types";

export interface WayOut { text: string; mends: Node[] }
export interface WayOutHooks { state: State; study: Study; name: (id: string) => string; change: (patch: Partial<State>) => void }

type ConditionKey = typeof CONDITIONS[number];
const LISTS = ["close", "open", "projects", "with_changes", "choose", "via", "avoid"] as const;
type ListKey = typeof LISTS[number];
const FEW = 3;

/** What went wrong with a question, and what may mend it: always one button at least. */
export function wayOut(problem: Failed, hooks: WayOutHooks): WayOut {
  const found = ofScenario(hooks) ?? ofCondition(problem, hooks) ?? ofList(problem, hooks) ?? ofPlace(problem, hooks) ?? ofCargo(problem, hooks) ?? ofBaseline(problem, hooks) ?? otherwise(problem, hooks);
  return found.mends.length ? found : { ...found, mends: [startAgain(hooks)] };
}

/** What lifts each condition asked, each as a button. */
export function lifted({ state, name, change }: WayOutHooks): [ConditionKey | ListKey, Node][] {
  const words: Record<ConditionKey, string> = {
    deadline: t("Without the deadline"), max_transshipments: t("With any number of transshipments"), carrier: t("With any carrier"),
    service_class: t("By an ordinary lorry"), sanctions: t("Whatever the sanctions"),
  };
  const conditions = CONDITIONS.filter((key) => state[key] !== "").map((key): [ConditionKey, Node] => [key, button(words[key], () => change({ [key]: "" }))]);
  const without = (key: "via" | "avoid", word: string): Node => {
    const place = name(word), text = key === "via" ? t("Without passing {place}", { place }) : t("Without avoiding {place}", { place });
    return button(text, () => change({ [key]: state[key].filter((other) => other !== word) }));
  };
  const places = (["via", "avoid"] as const).flatMap((key) => state[key].map((word): [ListKey, Node] => [key, without(key, word)]));
  return [...conditions, ...places];
}

function ofScenario({ state, study, change }: WayOutHooks): WayOut | null {
  const usual = study.scenarios.find((s) => s.id === study.default_scenario);
  if (!usual || study.scenarios.some((s) => s.id === state.scenario)) return null;
  return {
    text: t("The address asks for the scenario \"{words}\", which this study does not have.", { words: state.scenario }),
    mends: [button(t("Show \"{title}\"", { title: usual.title }), () => change({ scenario: usual.id, choose: [] }))],
  };
}

function ofCondition({ message }: Failed, hooks: WayOutHooks): WayOut | null {
  const key = CONDITIONS.find((condition) => message.includes(`${condition}: `)), { state } = hooks;
  if (!key) return null;
  const word = state[key];
  const text: Record<ConditionKey, string> = {
    deadline: t("To be there by \"{words}\" is asked, which is no day.", { words: word }),
    max_transshipments: t("At most \"{words}\" transshipments are asked, which is no number from 0 to 100.", { words: word }),
    carrier: t("A carrier of \"{words}\" is asked: a country is two letters, such as KZ.", { words: word }),
    service_class: t("Carriage \"{words}\" is asked, which there is none of.", { words: word }),
    sanctions: t("For sanctions \"{words}\" is asked, which there is none of.", { words: word }),
  };
  return { text: text[key], mends: lifted(hooks).filter(([other]) => other === key).map(([, mend]) => mend) };
}

/** A word of a list that the study does not have, or a list that is too long. */
function ofList({ message, asked, near }: Failed, { state, name, change, study }: WayOutHooks): WayOut | null {
  const long = LISTS.find((key) => message.startsWith(`${key}: `) && state[key].length > 1);
  if (long) {
    const most = long === "via" ? study.limits.required : study.limits.changes;
    return { text: t("More than {count} are asked at once.", { count: most }), mends: [button(t("Keep the first {count}", { count: most }), () => change({ [long]: state[long].slice(0, most) }))] };
  }
  const isMeant = (word: string): boolean => asked === word || message.includes(`'${word}'`) || (word.includes(":") && (message.includes(word) || message.includes(`'${word.split(":")[1]}'`)));
  for (const key of LISTS) {
    const word = state[key].find(isMeant);
    if (word === undefined) continue;
    const instead = near.slice(0, FEW).map((other) => button(t("{name} instead", { name: name(other) }), () => change({ [key]: state[key].map((w) => (w === word ? other : w)) })));
    return { text: missing(key, word), mends: [button(t("Go on without it"), () => change({ [key]: state[key].filter((w) => w !== word) })), ...instead] };
  }
  if (!state.projects.length || !message.includes("cannot both be built")) return null;
  return { text: t("Two of these projects cannot both be built."), mends: [button(t("Without the projects"), () => change({ projects: [] }))] };
}

function missing(key: ListKey, word: string): string {
  const verbs: Record<ListKey, string> = {
    close: t("The address shuts \"{words}\", which this study does not have.", { words: word }), open: t("The address opens \"{words}\", which this study does not have.", { words: word }),
    projects: t("The address builds \"{words}\", which this study does not have.", { words: word }), with_changes: t("The address adds the change \"{words}\", which this study does not have.", { words: word }),
    choose: t("The address supposes \"{words}\", which this study does not have.", { words: word }), via: t("The address passes through \"{words}\", which this study does not have.", { words: word }),
    avoid: t("The address avoids \"{words}\", which this study does not have.", { words: word }),
  };
  return verbs[key];
}

/** Ends that are the same place, or that the study does not have. */
function ofPlace({ error, message, asked, near }: Failed, { state, study, name, change }: WayOutHooks): WayOut | null {
  const others = (key: "origin" | "destination"): string[] => [...new Set(study.trips.map((trip) => trip[key]))].filter((id) => id !== state.origin && id !== state.destination).slice(0, FEW);
  if (error === "same-place") return { text: message, mends: others("destination").map((id) => button(t("To {place}", { place: name(id) }), () => change({ destination: id }))) };
  const key = (["origin", "destination"] as const).find((end) => state[end].split("@").includes(asked));
  if (!key) return null;

  const meant = near.map((other) => button(name(other), () => change(replaced(state, asked, other) ?? { [key]: other })));
  const instead = others(key).map((id) => button(key === "origin" ? t("From {place}", { place: name(id) }) : t("To {place}", { place: name(id) }), () => change({ [key]: id })));
  const word = asked, none = meant.length ? t("There is no place \"{words}\" in this study. Did you mean one of these?", { words: word }) : t("There is no place \"{words}\" in this study.", { words: word });
  const text = state[key] === asked ? none : t("Goods at {place} are not on \"{words}\".", { place: name(state[key].split("@")[0] ?? ""), words: word });
  return { text, mends: meant.length ? meant : instead };
}

function ofCargo({ asked, near }: Failed, { state, study, change }: WayOutHooks): WayOut | null {
  if (asked !== state.cargo || study.cargoes.some((cargo) => cargo.cargo_id === asked)) return null;
  const usual = study.trips.map((trip) => trip.cargo), ids = [...new Set([...near, ...usual, ...study.cargoes.map((cargo) => cargo.cargo_id)])].slice(0, FEW);
  return {
    text: t("This study has no cargo \"{words}\".", { words: asked }),
    mends: ids.map((id) => button(study.cargoes.find((cargo) => cargo.cargo_id === id)?.name ?? id, () => change({ cargo: id }))),
  };
}

function ofBaseline({ message }: Failed, { state, change }: WayOutHooks): WayOut | null {
  if (!state.baseline || !message.includes("baseline")) return null;
  return { text: t("The answer that this one is to be compared with cannot be asked."), mends: [button(t("Without the comparison"), () => change({ baseline: "" }))] };
}

/** What nothing above explains: what the server says, with all that may be lifted. */
function otherwise(problem: Failed, hooks: WayOutHooks): WayOut {
  const { error, near, asked } = problem;
  const { state, name, change } = hooks;
  const fewer = error === "too-many-ways" ? [button(t("Compare time and cost only"), () => change({ criteria: ["time", "cost"] }))] : [];
  const instead = near.flatMap((other) => {
    const patch = replaced(state, asked, other);
    return patch ? [button(name(other), () => change(patch))] : [];
  });
  return { text: said(problem), mends: [...fewer, ...instead, ...lifted(hooks).map(([, mend]) => mend)] };
}

/** Back to the first question of the study, which has an answer. */
function startAgain({ study, name, change }: WayOutHooks): Node {
  const first = initial(study);
  return button(t("Start again: {place} to {other}", { place: name(first.origin), other: name(first.destination) }), () => change(first));
}

/** What of an address is passed over, since a default answers better than nothing. */
export function passedOver(given: URLSearchParams, state: State): string {
  const notes: string[] = [], depart = given.get("depart");
  if (depart !== null && depart !== state.depart) notes.push(t("The address asks for the day '{words}', which is none; this is {day}.", { words: depart, day: day(state.depart) }));
  const counts: [string, string][] = [["units", String(state.units)], ["max_routes", String(state.max_routes)]];
  const odd = counts.filter(([key, shown]) => given.has(key) && given.get(key) !== shown).map(([key]) => `"${given.get(key)}"`);
  const criteria = given.getAll("criteria").filter((word) => !(state.criteria as string[]).includes(word)).map((word) => `"${word}"`);
  if (odd.length + criteria.length) notes.push(t("Of the address {words} cannot be asked and is passed over.", { words: listed([...odd, ...criteria]) }));
  return notes.join(" ");
}
