// Estimates: links whose length, speed or border time no source gives, which are hatched on the map and counted in words.

import { number, t } from "./language";
import type { Elements, Network, Route } from "./types";

export const ESTIMATES = "estimates"; // the layer, in the address
const ESTIMATE = "C"; // of the grades of confidence

export const isEstimate = (link: { confidence: string | null }): boolean => link.confidence === ESTIMATE;

/** How many links are estimates, of those that exist and of those of a route. */
export function estimatesCounted({ links }: Network, elements: Elements, route: Route | null): string {
  const existing = links.features.map((f) => f.properties).filter((link) => elements[link.id]?.state !== "planned");
  const estimates = new Set(existing.filter(isEstimate).map((link) => link.id));
  const onRoute = new Set(route?.legs.flatMap((leg) => leg.link_id ?? []));
  const all = t("Estimates: {count} of {all} links.", { count: number(estimates.size), all: number(existing.length) });
  const here = [...onRoute].filter((id) => estimates.has(id)).length;
  return route ? `${all} ${t("On route {letter}: {count} of {all}.", { letter: route.letter, count: number(here), all: number(onRoute.size) })}` : all;
}
