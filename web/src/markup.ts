// Elements of the page in one line each, and numbers as people read them.

import { datesAs, langOf, number, numberWith, t } from "./language";

type Child = Node | string | null | undefined | false;
type Attributes = Record<string, string | number | boolean | null | undefined | ((event: Event) => void)>;
const SVG = "http://www.w3.org/2000/svg";

function fill(node: globalThis.Element, attributes: Attributes, children: Child[]): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") node.addEventListener(name, value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, String(value));
  }
  for (const child of children) if (child) node.append(child);
}

export function h<K extends keyof HTMLElementTagNameMap>(tag: K, attributes: Attributes = {}, ...children: Child[]): HTMLElementTagNameMap[K] {
  const node = document.createElement(tag);
  fill(node, attributes, children);
  return node;
}

export function s<K extends keyof SVGElementTagNameMap>(tag: K, attributes: Attributes = {}, ...children: Child[]): SVGElementTagNameMap[K] {
  const node = document.createElementNS(SVG, tag);
  fill(node, attributes, children);
  return node;
}

export function at(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return found;
}

export function button(words: string, act: () => void, attributes: Attributes = {}, ...more: Child[]): HTMLButtonElement {
  return h("button", { type: "button", ...attributes, click: act }, words, ...more);
}

const precise = numberWith({ maximumSignificantDigits: 4 });
const dates = datesAs("day");
const moments = datesAs("moment");

/** Hours as days, without the unit, as below a head that names it. */
export const bareDays = (hours: number | null): string => (hours === null ? "–" : number(hours / 24, 1));
export const days = (hours: number | null): string => (hours === null ? "–" : t("{days} d", { days: bareDays(hours) }));
export const hours = (value: number): string => (value >= 48 ? days(value) : value < 1 ? t("{minutes} min", { minutes: number(value * 60) }) : t("{hours} h", { hours: number(value, 1) }));
/** The hours that half of a route's trips stay within; those of its plan where none were sampled. */
export const medianHours = (route: { time_p50_h: number | null; time_h: number }): number => route.time_p50_h ?? route.time_h;
export const usd = (value: number | null): string => (value === null ? "–" : t("USD {sum}", { sum: number(value) }));
export const millions = (value: number): string => (value < 1e6 ? usd(value) : t("USD {sum} million", { sum: precise.format(Number((value / 1e6).toPrecision(3))) }));
/** Large money as it is known: two digits. */
export const money = (value: number): string => {
  const size = Math.abs(value) >= 1e9 ? 1e9 : Math.abs(value) >= 1e6 ? 1e6 : 1;
  const known = Number((value / size).toPrecision(2)), figure = number(known, Math.abs(known) < 10 && size > 1 ? 1 : 0);
  return size === 1e9 ? t("USD {figure} bn", { figure }) : size === 1e6 ? t("USD {figure} m", { figure }) : t("USD {sum}", { sum: figure });
};
export const bareTonnes = (kg: number): string => number(kg / 1000, 1);
export const tonnes = (kg: number): string => t("{mass} t", { mass: bareTonnes(kg) });
export const megatonnes = (mass: number): string => t("{mass} Mt", { mass: precise.format(Number((mass / 1e6).toPrecision(3))) });
export const barePercent = (share: number): string => number(share * 100, share < 0.095 ? 1 : 0);
/** A chance of meeting a closure in whole per cent, without its sign: in words where no hazard is known. */
export const bareChance = (share: number): string => (share === 0 ? t("none known") : share < 0.005 ? `<${number(1)}` : number(share * 100));
export const percent = (share: number): string => t("{share} %", { share: barePercent(share) });
export const km = (value: number): string => t("{length} km", { length: number(value) });
export const day = (iso: string): string => dates.format(new Date(`${iso.slice(0, 10)}T00:00:00Z`));
export const moment = (iso: string): string => moments.format(new Date(iso));

/** What of the study is shown as it stands there: marked as English where the page speaks another language. */
export const asWritten = (text: string): Attributes => (langOf(text) === null ? {} : { lang: langOf(text), dir: "auto" });

export const cited = (s: { citation: string; year: number | null; where: string | null }): string => [s.citation, s.year, s.where].filter((w) => w).join(". ");

export function value(given: unknown, unit: string | null): string {
  if (typeof given === "number") return `${unit === "mm" || unit === null ? String(given) : precise.format(given)}${unit && unit !== "1" ? ` ${unit}` : ""}`;
  if (typeof given === "boolean") return given ? t("yes") : t("no");
  return String(given);
}

export function addDays(iso: string, count: number): string {
  return new Date(Date.parse(`${iso}T00:00:00Z`) + count * 86_400_000).toISOString().slice(0, 10);
}

export function apartDays(from: string, to: string): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / 86_400_000);
}

export function download(name: string, content: Blob): void {
  const address = URL.createObjectURL(content);
  h("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
