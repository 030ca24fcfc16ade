// Bubbles: days and price on each route of the map, where it runs alone if it does anywhere.

import { listed } from "./language";
import { days, medianHours, usd } from "./markup";
import type { Route, Spot } from "./types";

export interface Bubble { id: string; text: string; spots: Spot[]; isSelected: boolean }

const SHARES = [0.5, 0.3, 0.7, 0.15, 0.85];

/** A bubble for each route, with the spots it may stand at, the best first. */
export function bubbles(routes: Route[], line: (link: string) => Spot[] | undefined, selected: string | null): Bubble[] {
  const users = new Map<string, number>();
  for (const route of routes) for (const link of links(route)) users.set(link, (users.get(link) ?? 0) + 1);
  return routes.map((route) => {
    const spots = [...along(aloneFirst(route, users), line), ...along(links(route), line)];
    return { id: route.route_id, text: `${route.letter} ${listed([days(medianHours(route)), usd(route.cost_usd)])}`, spots, isSelected: route.route_id === selected };
  });
}

/** Spots along links, from the middle outwards. */
function along(ids: string[], line: (link: string) => Spot[] | undefined): Spot[] {
  const points = ids.flatMap((link) => line(link) ?? []);
  return SHARES.map((share) => points[Math.floor(share * (points.length - 1))]).filter((spot) => spot !== undefined);
}

const links = (route: Route): string[] => [...new Set(route.legs.flatMap((leg) => leg.link_id ?? []))];

/** The links that the fewest routes use. */
function aloneFirst(route: Route, users: Map<string, number>): string[] {
  const all = links(route), fewest = Math.min(...all.map((link) => users.get(link) ?? 1));
  return all.filter((link) => users.get(link) === fewest);
}
