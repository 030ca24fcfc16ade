// A file of a person's own: dropped on the page or chosen by a button, shown as points, and removed. It stays in the page.

import { number, t, tn } from "./language";
import { at, button, h } from "./markup";
import { Fault, pointsOf, said, titleOf, type OwnPoint } from "./points";
import type { Spot } from "./types";

const MOST_LISTED = 40;

/** show: points on the map, or none; fit: look at some. */
export interface OwnFileHooks { show: (spots: Spot[]) => void; fit: (spots: Spot[]) => void }

export class OwnFile {
  points: OwnPoint[] = [];
  private field = h("input", { type: "file", id: "own-file", accept: ".csv,.tsv,.txt,.json,.geojson", hidden: true });
  private words = h("p", { id: "own-said", role: "status" });
  private over = h("div", { id: "own", class: "own" }, this.words);
  private list = h("details", { class: "own-rows", hidden: true });
  private chooser = button(t("Show a CSV or GeoJSON file of your own"), () => this.field.click(), { id: "own-choose" });

  constructor(private hooks: OwnFileHooks) {
    this.field.addEventListener("change", () => { void this.take(this.field.files?.[0]); this.field.value = ""; });
    at("map-box").append(this.over);
    at("layers-box").append(h("h3", {}, t("Points of your own")), this.field, this.chooser,
      h("p", { class: "small" }, t("A table with columns of longitude and latitude, or GeoJSON; it may also be dropped on the map. It stays in this page: nothing is sent.")), this.list);
    this.takeDrops();
  }

  /** What is said of a point, by its number. */
  wordsOf(point: number): string {
    const own = this.points[point];
    return own ? said(own) : "";
  }

  private takeDrops(): void {
    const mark = (isOver: boolean): void => { at("map-box").classList.toggle("dropping", isOver); };
    const isFile = (event: DragEvent): boolean => event.dataTransfer?.types.includes("Files") ?? false;
    document.addEventListener("dragover", (event) => { if (isFile(event)) { event.preventDefault(); mark(true); } }); // else the browser would leave the page for the file
    document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) mark(false); });
    document.addEventListener("drop", (event) => {
      if (!isFile(event)) return;
      event.preventDefault();
      mark(false);
      void this.take(event.dataTransfer?.files[0]);
    });
  }

  private async take(file: File | undefined): Promise<void> {
    if (!file) return;
    try {
      this.show(await pointsOf(file));
      this.say(tn("{count} point of {file}", "{count} points of {file}", this.points.length, { file: file.name }), t("Remove"), () => this.remove());
      this.hooks.fit(this.points.map((point) => point.spot));
    } catch (problem) {
      const why = problem instanceof Fault ? problem.message : t("The file cannot be read.");
      this.say(`${file.name}: ${why}`, t("Close"), () => this.remove()); // what was shown before goes: it is not this file
      this.show([]);
    }
  }

  private remove(): void {
    this.show([]);
    this.over.replaceChildren(this.words);
    this.words.textContent = "";
    if (at("layers-box").hasAttribute("open")) this.chooser.focus();
  }

  private say(text: string, end: string, act: () => void): void {
    this.words.textContent = text;
    this.over.replaceChildren(this.words, button(end, act, { id: "own-remove" }));
  }

  private show(points: OwnPoint[]): void {
    this.points = points;
    this.hooks.show(points.map((point) => point.spot));
    this.list.hidden = points.length === 0;
    const listed = points.slice(0, MOST_LISTED);
    const head = listed.length < points.length ? t("The first {count} of {all} rows", { count: number(listed.length), all: number(points.length) }) : t("Rows");
    this.list.replaceChildren(h("summary", {}, head), h("ul", { class: "plain" }, ...listed.map((point) =>
      h("li", {}, button(titleOf(point), () => this.hooks.fit([point.spot]), { class: "link", title: said(point) })))));
  }
}
