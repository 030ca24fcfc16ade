// Playback: the chosen route as a dot that moves along its line, with the day it stands at each border.

import { dayOf, haltAt, journeyOf, momentAt, whereAt, type Ground, type Halt, type Journey } from "./journey";
import { t } from "./language";
import { button, h, hours, moment } from "./markup";
import type { Leg, Route, Spot } from "./types";

const WHOLE_MS = 14_000; // for a journey of whatever length
const FRAME_MS = 50;
const HALT_MS = 1_400; // at each halt, where the reader wants nothing to move
const STEP_H = 6; // of the slider

export interface PlaybackHooks { ground: () => Ground; dot: (spot: Spot | null, days: Map<string, number>) => void; fit: (links: string[]) => void; name: (id: string) => string }

export class Playback {
  readonly box = h("div", { id: "playback", class: "playback", role: "group", "aria-label": t("The journey day by day"), hidden: true });
  private open = button(`▶ ${t("Follow the goods")}`, () => this.begin(), { id: "playback-open", title: t("Play the journey of the chosen route, day by day") });
  private play = button("▶", () => this.toggle(), { id: "playback-play", "aria-label": t("Play") });
  private slider = h("input", { type: "range", id: "playback-day", min: 0, step: STEP_H, "aria-label": t("Hour of the journey"), "aria-describedby": "playback-said" });
  private said = h("output", { id: "playback-said", for: "playback-day" });
  private halts = h("div", { class: "halts", role: "group", "aria-label": t("Halts on the way"), tabindex: 0 });
  private panel: HTMLElement;
  private route: Route | null = null;
  private journey: Journey | null = null;
  private at_h = 0;
  private playing = 0;

  constructor(private hooks: PlaybackHooks) {
    this.slider.addEventListener("input", () => { this.stop(); this.go(Number(this.slider.value)); });
    this.panel = h("div", { class: "panel", hidden: true }, h("div", { class: "controls" }, this.play, this.slider, button("✕", () => this.leave(), { id: "playback-close", "aria-label": t("Close the playback") })), this.said, this.halts);
    this.box.append(this.open, this.panel);
    this.box.addEventListener("keydown", (event) => { if (event.key === "Escape" && !this.panel.hidden) { event.stopPropagation(); this.leave(); } });
  }

  /** Show the journey of another route; the same one goes on. */
  show(route: Route | null): void {
    const isSame = route !== null && this.route !== null && JSON.stringify(route.legs) === JSON.stringify(this.route.legs);
    this.route = route;
    this.box.hidden = route === null || route.legs.length === 0;
    if (isSame || this.panel.hidden) return;
    this.stop();
    if (this.box.hidden) this.leave();
    else this.ready();
  }

  private begin(): void {
    this.panel.hidden = false;
    this.open.hidden = true;
    this.ready();
    if (this.route) this.hooks.fit(this.route.legs.flatMap((leg) => leg.link_id ?? []));
    this.play.focus();
    this.toggle();
  }

  private leave(): void {
    this.stop();
    const had = this.box.contains(document.activeElement);
    this.panel.hidden = true;
    this.open.hidden = false;
    this.journey = null;
    this.hooks.dot(null, new Map());
    if (had) this.open.focus();
  }

  private ready(): void {
    this.journey = this.route && journeyOf(this.route, this.hooks.ground());
    if (!this.journey) { this.leave(); return; }
    this.slider.max = String(Math.ceil(this.journey.hours / STEP_H) * STEP_H);
    const stops = this.journey.halts.filter((halt) => halt.kind !== "wait");
    this.halts.replaceChildren(...stops.map((halt) => button(this.words(halt), () => { this.stop(); this.go(halt.at_h); }, { "data-at": halt.at_h })));
    this.go(0);
  }

  private toggle(): void {
    if (this.playing) { this.stop(); return; }
    const { journey } = this;
    if (!journey) return;
    if (this.at_h >= journey.hours) this.go(0);
    this.play.textContent = "❚❚";
    this.play.setAttribute("aria-label", t("Pause"));
    const isStill = matchMedia("(prefers-reduced-motion: reduce)").matches; // then from halt to halt, by no motion between
    const step = isStill ? HALT_MS : FRAME_MS;
    this.playing = window.setInterval(() => {
      const next = isStill ? journey.halts.find((halt) => halt.at_h > this.at_h)?.at_h ?? journey.hours : this.at_h + (journey.hours * step) / WHOLE_MS;
      this.go(Math.min(next, journey.hours));
      if (this.at_h >= journey.hours) this.stop();
    }, step);
  }

  private stop(): void {
    window.clearInterval(this.playing);
    this.playing = 0;
    this.play.textContent = "▶";
    this.play.setAttribute("aria-label", t("Play"));
  }

  /** Show the goods at an hour of their journey. */
  private go(at_h: number): void {
    const { journey } = this;
    if (!journey) return;
    this.at_h = Math.min(at_h, journey.hours);
    const { start } = journey, now = whereAt(journey, this.at_h), halt = haltAt(journey, this.at_h);
    const place = halt ? this.standing(halt) : now ? this.between(now.leg, now.stands) : "";
    this.said.textContent = t("Day {day} of {days}, {moment}: {place}", { day: dayOf(start, this.at_h), days: dayOf(start, journey.hours), moment: moment(momentAt(start, this.at_h)), place });
    this.slider.value = String(this.at_h);
    this.slider.setAttribute("aria-valuetext", this.said.textContent);
    for (const mark of this.halts.querySelectorAll("button")) mark.setAttribute("aria-current", String(halt !== undefined && Number(mark.dataset["at"]) === halt.at_h));
    const borders = journey.halts.filter((h) => h.kind === "border" || h.kind === "end");
    this.hooks.dot(now?.spot ?? null, new Map(borders.map((h) => [h.node, h.day])));
  }

  private standing({ kind, id, at_h, until_h }: Halt): string {
    const place = this.hooks.name(id);
    if (kind === "start") return t("leaves {place}", { place });
    if (kind === "end") return t("arrives at {place}", { place });
    const sentence = kind === "border" ? t("at the border {place}", { place }) : kind === "terminal" ? t("handled at {place}", { place }) : t("waiting at {place}", { place });
    return until_h > at_h ? `${sentence}, ${hours(until_h - at_h)}` : sentence;
  }

  private between({ from_node_id, to_node_id }: Leg, stands: boolean): string {
    const place = this.hooks.name(from_node_id);
    return stands ? t("waiting at {place}", { place }) : t("on the way from {place} to {other}", { place, other: this.hooks.name(to_node_id) });
  }

  private words({ kind, id, day }: Halt): string {
    const place = this.hooks.name(id);
    return kind === "terminal" ? t("Day {day}: handling at {place}", { day, place }) : t("Day {day}: {place}", { day, place });
  }
}
