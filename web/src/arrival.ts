// Arrive by: the latest days to leave, so that half and nearly all trips are there in time.

import { t } from "./language";
import { addDays, at, button, day, days, h, usd } from "./markup";

/** So many days before the day of arrival the first departure is looked at. */
export const DAYS_BEFORE = 180;

export interface Leaving { depart_on: string; on_time_share: number; corridor: string; time_p50_h: number; time_p95_h: number; cost_usd: number }
export interface ArriveBy { deadline: string; looked_from: string; latest: { share: number; departure: Leaving | null }[] }

/** The first departure that is looked at for a day of arrival. */
export const lookedFrom = (deadline: string, first: string): string => {
  const from = addDays(deadline, -DAYS_BEFORE);
  return from < first ? first : from;
};

const NEARLY_ALL = 0.95;

/** Say by which day goods must leave, each day a button that leaves then. */
export function showArrival(answer: ArriveBy | null, depart: string, leave: (day: string) => void): void {
  const box = at("arrival");
  box.hidden = answer === null;
  if (!answer) { box.replaceChildren(); return; }
  const last = day(answer.deadline), from = day(answer.looked_from);
  const rows = answer.latest.map(({ share, departure }) => {
    const isNearlyAll = share >= NEARLY_ALL;
    if (!departure) return h("li", {}, isNearlyAll ? t("On no departure from {day} on are 95 % of trips there in time.", { day: from }) : t("On no departure from {day} on is half of the trips there in time.", { day: from }));
    const { depart_on, corridor, time_p50_h, time_p95_h, cost_usd } = departure, isChosen = depart_on === depart;
    const figures = t("{corridor}, {days}, 95 % of trips within {most}, {sum}", { corridor, days: days(time_p50_h), most: days(time_p95_h), sum: usd(cost_usd) });
    return h("li", {},
      button(day(depart_on), () => leave(depart_on), { "data-share": share, "aria-pressed": String(isChosen), title: t("Leave on this day") }),
      h("span", {}, ` ${isNearlyAll ? t("95 % of trips are there in time") : t("half of the trips are there in time")}`), h("span", { class: "small" }, ` ${figures}`));
  });
  box.replaceChildren(h("p", {}, t("To be there by the end of {day}, leave at the latest on", { day: last })), h("ul", { class: "plain" }, ...rows));
}

export function sayArrival(...words: (string | Node)[]): void {
  at("arrival").hidden = false;
  at("arrival").replaceChildren(h("p", { class: "small" }, ...words));
}
