// What an answer takes more than its baseline: a sentence, what stands under each figure, and the corridors that are gone.

import { listed, number, t } from "./language";
import { at, button, days, h, medianHours, tonnes, usd } from "./markup";
import type { Answer, Baseline, CorridorExtra, ListedRoute } from "./types";

/** A route as the baseline had it, and the one of the same corridor now, if that is another one or none. */
export interface Ghost { before: ListedRoute; now: string | null }

const MINUS = "\u2212";
const signed = (value: number, words: (size: number) => string): string => `${value > 0 ? "+" : MINUS}${words(Math.abs(value))}`;
const EXTRAS: Record<string, { of: (c: CorridorExtra) => number | null; words: (size: number) => string }> = {
  time: { of: (c) => c.extra_h, words: (v) => days(v) },
  cost: { of: (c) => c.extra_usd, words: (v) => usd(v) },
  carbon: { of: (c) => c.extra_carbon_kg, words: (v) => (v < 1000 ? t("{mass} kg", { mass: number(v) }) : tonnes(v)) },
  risk: { of: (c) => c.extra_risk_share, words: (v) => t("{points} pt", { points: number(100 * v) }) },
};
const isNothing = (text: string): boolean => !/[1-9]/.test(text);

function corridorOf(baseline: Baseline | null, route: string): CorridorExtra | undefined {
  return baseline?.corridors.find((c) => c.route_id === route);
}

/** What stands under a figure of a route: how much more than the same corridor takes in the baseline. */
export function extra(baseline: Baseline | null, route: string, key: string): Node[] {
  const corridor = corridorOf(baseline, route), kind = EXTRAS[key], value = corridor && kind ? kind.of(corridor) : null;
  if (!kind || value === null) return [];
  const text = signed(value, kind.words);
  return isNothing(text) ? [] : [h("div", { class: value > 0 ? "extra worse" : "extra better", title: t("compared with the baseline") }, text)];
}

/** What became of the corridor of a route, in a word; nothing where it is as it was. */
export function became(baseline: Baseline | null, route: string): Node[] {
  const state = corridorOf(baseline, route)?.state;
  const words = state === "new" ? t("newly listed") : state === "rerouted" ? t("by other links") : "";
  return words ? [h("span", { class: "badge badge-new" }, words), document.createTextNode(" ")] : [];
}

/** The routes of the baseline that are no longer taken as they were. */
export function ghosts(baseline: Baseline | null): Ghost[] {
  if (!baseline) return [];
  const left = baseline.corridors.filter((c) => c.baseline_route_id !== null && c.state !== "same");
  return left.flatMap((c) => {
    const before = baseline.routes.find((r) => r.route_id === c.baseline_route_id);
    return before ? [{ before, now: c.route_id }] : [];
  });
}

/** The corridors of the baseline that are no longer listed, with what they took. */
export function gone(baseline: Baseline | null): HTMLElement | null {
  const lost = ghosts(baseline).filter((g) => g.now === null).map((g) => g.before);
  if (lost.length === 0) return null;
  return h("div", { id: "gone" }, h("h3", {}, t("No longer listed")), h("ul", { class: "plain" }, ...lost.map((r) => h("li", {},
    h("b", { class: "gone-letter" }, r.letter), ` ${t("{route} in the baseline", { route: listed([r.corridor, days(medianHours(r)), usd(r.cost_usd)]) })}`))));
}

/** Say below the answer what it is compared with, and offer to pin it, to let go and to look at what is pinned. */
export function showComparison(answer: Answer, pinned: string, act: { pin: () => void; unpin: () => void; look: () => void; swipe: (() => void) | null }, isSwiped: boolean): void {
  const box = at("compared");
  const what = pinned ? `${t("Compared with the pinned answer.")} ` : answer.baseline ? `${t("Compared with the same question without the what-if.")} ` : "";
  box.replaceChildren(what,
    ...(pinned ? [button(t("Show it"), act.look, { id: "look-at-baseline" }), button(t("Unpin"), act.unpin, { id: "unpin" })] : []),
    ...(answer.baseline && act.swipe ? [button(t("Before and after on the map"), act.swipe, { id: "swipe-open", "aria-pressed": String(isSwiped) })] : []),
    button(t("Pin as baseline"), act.pin, { id: "pin", title: t("Compare every further answer with this one") }));
  box.hidden = answer.routes.length === 0 && !pinned;
}
