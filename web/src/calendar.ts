// Twelve months under the slider: for every week the days that half of the trips by the quickest route take at most, as height, and its corridor, as colour.

import { onGround } from "./colours";
import { datesAs, listed, t, tn } from "./language";
import { addDays, apartDays, bareDays, day, days, h, s } from "./markup";
import type { Departure } from "./types";

const WIDTH = 364, HIGH = 34, LOW = 5, FOOT = 14;

export class Calendar {
  static readonly DAYS = 364; // the slider's last day
  private strip = h("div");
  private missing = h("p", { class: "small", id: "year-missing" });
  readonly box = h("div", { class: "calendar" }, this.strip, this.missing);
  private from = "";
  private rows: Departure[] = [];
  private hues: string[] = [];
  private country: (code: string) => string = (code) => code;
  private pointed = "";
  private deadline = "";

  constructor(private choose: (depart: string) => void) {}

  /** Show the departures of twelve months from a day. */
  show(from: string, rows: Departure[], hues: string[], country: (code: string) => string): void {
    [this.from, this.rows, this.hues, this.country] = [from, rows, hues, country];
    this.draw();
  }

  /** Tell the departures that arrive by the end of a day from those that do not; empty: any day is in time. */
  due(deadline: string): void {
    if (this.deadline === deadline) return;
    this.deadline = deadline;
    if (this.rows.length) this.draw();
  }

  point(depart: string): void {
    this.pointed = depart;
    const along = apartDays(this.from || depart, depart), needle = this.box.querySelector(".needle");
    needle?.setAttribute("transform", `translate(${along} 0)`);
    needle?.setAttribute("visibility", along >= 0 && along <= WIDTH ? "visible" : "hidden");
  }

  /** Say why departures are missing, and what may bring them; nothing: none is. */
  sayMissing(...words: (string | Node)[]): void { this.missing.replaceChildren(...words); }

  draw(): void {
    const counts = new Map<string, number[]>();
    const inTime = this.rows.filter((row) => row.countries && !this.isLate(row));
    for (const row of inTime) { const name = row.countries?.join("–"), hours = medianOf(row); if (name && hours !== null) counts.set(name, [...(counts.get(name) ?? []), hours]); }
    const order = [...counts].sort((a, b) => b[1].length - a[1].length).map(([name]) => name);
    const hues = this.ownHues(order);
    const longest = Math.max(1, ...inTime.map((row) => medianOf(row) ?? 0));
    const cells = this.rows.map((row) => {
      const late = this.isLate(row), name = late ? undefined : row.countries?.join("–"), hours = medianOf(row), high = name && hours !== null ? LOW + ((HIGH - LOW) * hours) / longest : HIGH;
      const words = `${day(row.depart_on)}: ${name ? listed([this.way(name), days(hours)]) : late ? t("not in time") : row.reason ?? t("no route")}`;
      return s("rect", {
        x: apartDays(this.from, row.depart_on), y: HIGH - high, width: 7.2, height: high, class: name ? "week" : late ? "week late" : "week none",
        ...(name ? { fill: hues.get(name) ?? "#888888" } : {}), click: () => this.choose(row.depart_on),
      }, s("title", {}, words));
    });
    const first = `${this.from.slice(0, 7)}-15`;
    const months = Array.from({ length: 13 }, (_, m) => addDays(first, Math.round(m * 30.4))).map((date) => `${date.slice(0, 7)}-01`).filter((date) => date >= this.from)
      .map((date) => s("text", { x: apartDays(this.from, date), y: HIGH + FOOT - 1, class: "month" }, monthMark(date)));
    const told = order.map((name) => t("{way} in {weeks}", { way: this.way(name), weeks: weeks(counts.get(name)?.length ?? 0) }));
    const gaps = this.rows.filter((r) => !r.countries).length, late = this.rows.length - gaps - inTime.length;
    const rest = [...(late ? [t("not in time: {weeks}", { weeks: weeks(late) })] : []), ...(gaps ? [t("no route: {weeks}", { weeks: weeks(gaps) })] : [])];
    const needle = s("g", { class: "needle" }, s("path", { d: "M-3,-3L3,-3L0,2Z" }), s("path", { d: `M0,0V${HIGH}` }));
    this.strip.replaceChildren(
      s("svg", { viewBox: `-2 -4 ${WIDTH + 8} ${HIGH + FOOT + 4}`, role: "img", "aria-label": t("Days of the quickest route by week, twelve months from {day}: {list}", { day: day(this.from), list: [...told, ...rest].join(t("; ")) }) }, ...cells, ...months, needle),
      h("ul", { class: "keys" }, ...order.slice(0, 6).map((name) => {
        const swatch = h("span", { class: "swatch" }), times = counts.get(name) ?? [];
        swatch.style.background = hues.get(name) ?? "";
        return h("li", {}, swatch, `${this.way(name)}: ${listed([weeks(times.length), spread(times)])}`);
      }), ...rest.map((words, i) => h("li", {}, h("span", { class: late && i === 0 ? "swatch late" : "swatch none" }), words))),
    );
    this.point(this.pointed);
  }

  /** Whether half of the trips of a departure, by its quickest route, arrive after the day asked for. */
  private isLate(row: Departure): boolean {
    const hours = medianOf(row);
    return this.deadline !== "" && hours !== null && hours > (apartDays(row.depart_on, this.deadline) + 1) * 24;
  }

  /** The countries between the ends, by name. */
  private way(name: string): string {
    const between = name.split("–").slice(1, -1).map(this.country);
    return between.length ? t("by {countries}", { countries: listed(between) }) : t("direct");
  }

  /** A hue for each corridor, the same in every question, as long as no two would share it. */
  private ownHues(names: string[]): Map<string, string> {
    const taken = new Map<string, string>();
    for (const name of names) {
      const start = [...name].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 997, 7);
      const free = this.hues.map((_, i) => this.hues[(start + i) % this.hues.length] ?? "").find((hue) => ![...taken.values()].includes(onGround(hue)));
      taken.set(name, onGround(free ?? this.hues[start % this.hues.length] ?? "#888888"));
    }
    return taken;
  }
}

/** The hours that half of the trips take, as the list says them; null for no route. */
const medianOf = ({ time_p50_h, time_h }: Departure): number | null => time_p50_h ?? time_h;

const weeks = (count: number): string => tn("{count} week", "{count} weeks", count);

const months = datesAs("month"), initials = datesAs("initial");

/** A month by its first letter, January by its short name. */
const monthMark = (date: string): string => (date.endsWith("-01-01") ? months : initials).format(new Date(`${date}T00:00:00Z`));

function spread(hours: number[]): string {
  const [least, most] = [bareDays(Math.min(...hours)), bareDays(Math.max(...hours))];
  return t("{days} d", { days: least === most ? least : t("{low} to {high}", { low: least, high: most }) });
}
