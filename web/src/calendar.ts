// The year under the slider: for every week the corridor of the quickest way, or that there is none.

import { addDays, apartDays, day, days, h, s } from "./markup";
import type { Departure } from "./types";
import { onGround } from "./colours";

const WIDTH = 364, HEIGHT = 26;

export class Calendar {
  readonly box = h("div", { class: "calendar" });
  private year = "";
  private rows: Departure[] = [];
  private hues: string[] = [];
  private pointed = "";

  constructor(private choose: (depart: string) => void) {}

  show(year: string, rows: Departure[], hues: string[]): void {
    [this.year, this.rows, this.hues] = [year, rows, hues];
    this.draw();
  }

  point(depart: string): void {
    this.pointed = depart;
    const needle = this.box.querySelector(".needle");
    if (needle && depart.startsWith(this.year)) needle.setAttribute("transform", `translate(${apartDays(`${this.year}-01-01`, depart)} 0)`);
  }

  draw(): void {
    const counts = new Map<string, number>();
    for (const row of this.rows) if (row.countries) counts.set(row.countries.join("–"), (counts.get(row.countries.join("–")) ?? 0) + 1);
    const order = [...counts].sort((a, b) => b[1] - a[1]).map(([name]) => name);
    const hue = (name: string): string => onGround(this.hues[order.indexOf(name) % this.hues.length] ?? "#888888");
    const first = `${this.year}-01-01`;
    const cells = this.rows.map((row) => {
      const name = row.countries?.join("–");
      const words = `${day(row.depart_on)}: ${name ? `${name}, ${days(row.time_h)}` : row.reason ?? "no route"}`;
      return s("rect", {
        x: apartDays(first, row.depart_on), y: 0, width: 7.2, height: 18, class: name ? "week" : "week none",
        ...(name ? { fill: hue(name) } : {}), click: () => this.choose(row.depart_on),
      }, s("title", {}, words));
    });
    const months = Array.from({ length: 12 }, (_, m) => {
      const x = apartDays(first, `${this.year}-${String(m + 1).padStart(2, "0")}-01`);
      return s("text", { x: x + 2, y: HEIGHT - 0.5, class: "month" }, "JFMAMJJASOND"[m] ?? "");
    });
    const told = order.map((name) => `${name} in ${counts.get(name)} weeks`).join("; ");
    const gaps = this.rows.filter((r) => !r.countries).length;
    const needle = s("g", { class: "needle" }, s("path", { d: "M-3,-3L3,-3L0,2Z" }), s("path", { d: "M0,0V18" }));
    this.box.replaceChildren(
      s("svg", { viewBox: `-2 -4 ${WIDTH + 6} ${HEIGHT + 4}`, role: "img", "aria-label": `Quickest way by week of ${this.year}: ${told}${gaps ? `; no route in ${gaps} weeks` : ""}` }, ...cells, ...months, needle),
      h("ul", { class: "keys" }, ...order.slice(0, 6).map((name) => {
        const swatch = h("span", { class: "swatch" });
        swatch.style.background = hue(name);
        return h("li", {}, swatch, `${name} (${counts.get(name)} wk)`);
      }), gaps > 0 ? h("li", {}, h("span", { class: "swatch none" }), `no route (${gaps} wk)`) : null),
    );
    this.point(this.pointed);
  }

  /** The parts a year is asked for in, four weeks each, so that it comes bit by bit and can be stopped. */
  static parts(year: string): { depart: string; until: string; count: number }[] {
    const first = `${year}-01-01`;
    return Array.from({ length: 13 }, (_, part) => {
      const count = part === 12 ? 5 : 4; // a year is 53 departures a week apart
      return { depart: addDays(first, part * 28), until: addDays(first, part * 28 + (count - 1) * 7), count };
    });
  }
}
