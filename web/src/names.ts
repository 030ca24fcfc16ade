// Names: what a person calls a place, a link, a project, a selector or an option of a disputed figure.

import { isEnglish, t, tn } from "./language";
import { day, hours } from "./markup";
import type { Network, Study } from "./types";

export class Names {
  private rows = new Map<string, string>();

  constructor(private study: Study) {
    for (const place of study.places) this.rows.set(place.id, place.name);
    for (const project of study.projects) this.rows.set(project.project_id, project.name);
    for (const [rule, name] of Object.entries(study.rules)) this.rows.set(rule, name);
  }

  /** Learn what the places and links of a network are called. */
  learn({ nodes, links }: Network): void {
    for (const { properties: place } of nodes.features) this.rows.set(place.id, place.name);
    for (const { properties: link } of links.features) {
      const ends = `${this.of(link.from)} – ${this.of(link.to)}`;
      this.rows.set(link.id, link.mode === "rail" ? t("{ends} by rail", { ends }) : ends);
    }
  }

  /** Name a row, a selector such as crossing:AF-PK, or an option of a disputed figure. */
  of(id: string): string {
    const name = this.rows.get(id), [kind = "", rest = ""] = id.split(":");
    if (name !== undefined) return name;
    if (rest === "") return this.study.changes[id] ?? id;

    const country = (code: string): string => this.study.countries[code] ?? code;
    if (kind === "crossing") return t("border {countries}", { countries: rest.split("-").map(country).join(" – ") });
    if (kind === "country") return t("all links of {country}", { country: country(rest) });
    if (kind === "node") return t("all links at {place}", { place: this.of(rest) });
    if (kind === "mode") return t("all {mode} links", { mode: MODES[rest] ?? rest });
    const meaning = this.study.parameters[kind]?.find((o) => o.option === rest)?.meaning;
    return meaning?.split(/[,;،؛，；]/)[0] ?? id.replaceAll("-", " ").replace(":", ": ");
  }

  /** Name a change by what it shuts; null for one that shuts nothing. */
  private closed(id: string): string | null {
    const [first, ...others] = this.study.closures[id]?.split(" ") ?? [];
    if (first === undefined) return null;
    const name = this.of(first);
    return t("“{name}”", { name: others.length ? tn("{name} and {count} other link", "{name} and {count} other links", others.length, { name }) : name });
  }

  /** Put names in place of the ids in a sentence of the server's. */
  within(said: string): string {
    const sentence = said.replace(/(^|[\s(])-(?=\d)/g, "$1\u2212"); // a minus, behind which no line breaks
    const plain = sentence.replace(/ ?\[[^\]]*\]/g, "").replace(/\b\d{4}-\d{2}-\d{2}\b/g, day).replace(/[a-z0-9]+(?:-[a-z0-9]+)+/g, (id) => (id === "what-if" ? t("this what-if") : this.closed(id) ?? this.of(id)));
    return !isEnglish ? plain : sentence.replace(/If (?:(?:change|window|rule|status) [a-z0-9-]+(?:, | and )?)+ were lifted/g, "If that were lifted")
      .replace(/ \[(?:change|window|rule|status) [^\]]*\]/g, "")
      .replace(/\b\d{4}-\d{2}-\d{2}\b/g, day)
      .replace(/([\d,.]+) h, ([\d,.]+) (more|less) than/g, (_, whole: string, gap: string, word: string) => `${longer(whole)}, ${longer(gap)} ${word} than`)
      .replace(/\b([\d,]+(?:\.\d+)?) h\b/g, (_, figure: string) => longer(figure))
      .replace(/\bavoid ([A-Z]{2})\b/g, (words, code: string) => (this.study.countries[code] ? words.replace(code, this.study.countries[code]) : words))
      .replace(/\b[a-z0-9]+(?:-[a-z0-9]+)*/g, (id) => {
        const name = this.rows.get(id); // one word may be a word of the sentence too
        return name !== undefined && (id.includes("-") || name.toLowerCase() === id) ? name : id;
      });
  }
}

const MODES: Record<string, string> = { rail: t("rail"), road: t("road"), sea: t("sea"), ferry: t("ferry"), waterway: t("waterway"), air: t("air") };

/** Hours of a sentence, in days where they are many. */
const longer = (figure: string): string => hours(Number(figure.replaceAll(",", "")));
