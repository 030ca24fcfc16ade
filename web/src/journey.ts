// A shipment on its way: where it is at each hour of a route, and when it stands at each border.

import { apartDays } from "./markup";
import type { Leg, Route, Spot } from "./types";

const HOUR_MS = 3_600_000;
const LONG_WAIT_H = 12; // such a halt is a stop of its own
const RAD = Math.PI / 180;

/** A stretch of hours: under way along a part of a line, or standing, where both shares are one. */
interface Stretch { from_h: number; to_h: number; line: Spot[]; share: number; to_share: number; leg: Leg; isBorder: boolean }
/** Where goods stand: from and until which hour, the place or link, and its day of the journey, the first being 1. */
export interface Halt { at_h: number; until_h: number; kind: "start" | "border" | "terminal" | "wait" | "end"; id: string; node: string; day: number }
export interface Journey { start: string; hours: number; stretches: Stretch[]; halts: Halt[] }

export interface Ground { line: (link: string) => { spots: Spot[]; mark: Spot } | undefined; place: (node: string) => Spot | undefined }

/** The journey of a route; null where nothing moves. */
export function journeyOf(route: Route, ground: Ground): Journey | null {
  const first = route.legs[0], last = route.legs.at(-1);
  if (!first || !last) return null;
  const start = new Date(Date.parse(first.depart_at) - first.wait_h * HOUR_MS).toISOString();
  const since = (moment: string): number => (Date.parse(moment) - Date.parse(start)) / HOUR_MS;
  const borders = new Set(route.borders), stretches: Stretch[] = [], halts: Halt[] = [];
  const day = (at_h: number): number => dayOf(start, at_h);
  const halt = (at_h: number, until_h: number, kind: Halt["kind"], id: string, node: string): void => { halts.push({ at_h, until_h, kind, id, node, day: day(at_h) }); };

  halt(0, first.wait_h, "start", first.from_node_id, first.from_node_id);
  for (const leg of route.legs) {
    const depart = since(leg.depart_at), arrive = since(leg.arrive_at), here = ground.place(leg.from_node_id) ?? [0, 0];
    const stand = (from_h: number, to_h: number, line: Spot[], share: number, isBorder: boolean): void => { if (to_h > from_h) stretches.push({ from_h, to_h, line, share, to_share: share, leg, isBorder }); };
    stand(depart - leg.wait_h, depart, [here], 0, false);
    if (leg.wait_h >= LONG_WAIT_H && depart > leg.wait_h) halt(depart - leg.wait_h, depart, "wait", leg.from_node_id, leg.from_node_id);
    const drawn = leg.link_id === null ? undefined : ground.line(leg.link_id);
    if (!drawn || leg.kind === "terminal") {
      stand(depart, arrive, [here], 0, false);
      halt(depart, arrive, "terminal", leg.from_node_id, leg.from_node_id);
      continue;
    }
    const line = fromPlace(drawn.spots, here), isBorder = borders.has(leg.link_id ?? "");
    const share = isBorder ? shareOf(line, drawn.mark) : 1, border_h = isBorder ? Math.min(leg.fixed_h, arrive - depart) : 0, moving_h = arrive - depart - border_h;
    const halted = depart + share * moving_h;
    stretches.push({ from_h: depart, to_h: halted, line, share: 0, to_share: share, leg, isBorder: false });
    stand(halted, halted + border_h, line, share, true);
    if (isBorder) halt(halted, halted + border_h, "border", leg.link_id ?? "", leg.from_node_id);
    if (share < 1) stretches.push({ from_h: halted + border_h, to_h: arrive, line, share, to_share: 1, leg, isBorder: false });
  }
  const hours = since(last.arrive_at);
  halt(hours, hours, "end", last.to_node_id, last.to_node_id);
  return { start, hours, stretches, halts };
}

/** The day of a journey, the first being 1: the next begins at midnight UTC. */
export function dayOf(start: string, at_h: number): number {
  return apartDays(start.slice(0, 10), momentAt(start, at_h).slice(0, 10)) + 1;
}

export const momentAt = (start: string, at_h: number): string => new Date(Date.parse(start) + at_h * HOUR_MS).toISOString();

/** Where the goods are at an hour, on which leg, and whether they stand. */
export function whereAt(journey: Journey, at_h: number): { spot: Spot; leg: Leg; stands: boolean; isBorder: boolean } | null {
  const stretch = journey.stretches.find((s) => at_h < s.to_h) ?? journey.stretches.at(-1);
  if (!stretch) return null;
  const { from_h, to_h, share, to_share, line, leg, isBorder } = stretch;
  const along = to_h > from_h ? Math.max(0, Math.min(1, (at_h - from_h) / (to_h - from_h))) : 1;
  return { spot: spotAt(line, share + along * (to_share - share)), leg, stands: share === to_share, isBorder };
}

/** The halt at which goods stand at an hour. */
export const haltAt = (journey: Journey, at_h: number): Halt | undefined => journey.halts.findLast((halt) => halt.at_h <= at_h && at_h <= halt.until_h);

function fromPlace(line: Spot[], place: Spot): Spot[] {
  const [first, last] = [line[0], line.at(-1)];
  return first && last && apart(first, place) > apart(last, place) ? [...line].reverse() : line;
}

/** The share of a line's length at which it passes nearest to a spot. */
function shareOf(line: Spot[], mark: Spot): number {
  const steps = Array.from({ length: 65 }, (_, k) => k / 64);
  return steps.reduce((best, share) => (apart(spotAt(line, share), mark) < apart(spotAt(line, best), mark) ? share : best), 0);
}

function spotAt(line: Spot[], share: number): Spot {
  const pieces = line.slice(1).map((end, i) => apart(line[i] ?? end, end)), length = pieces.reduce((sum, piece) => sum + piece, 0);
  let left = share * length;
  for (const [i, piece] of pieces.entries()) {
    const [a, b] = [line[i], line[i + 1]];
    if (a && b && left <= piece) { const on = piece > 0 ? left / piece : 0; return [a[0] + on * (b[0] - a[0]), a[1] + on * (b[1] - a[1])]; }
    left -= piece;
  }
  return line.at(-1) ?? [0, 0];
}

/** How far two spots lie apart, in degrees of latitude, near enough along a line; whole turns round the globe do not count. */
function apart([lon, lat]: Spot, [other, otherLat]: Spot): number {
  const east = other - lon - 360 * Math.round((other - lon) / 360);
  return Math.hypot(east * Math.cos(((lat + otherLat) / 2) * RAD), otherLat - lat);
}
