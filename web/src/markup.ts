// Elements of the page in one line each, and numbers as people read them.

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

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const precise = new Intl.NumberFormat("en", { maximumSignificantDigits: 4 });
const dates = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
const moments = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", timeZone: "UTC" });

export const days = (hours: number | null): string => (hours === null ? "–" : `${(hours / 24).toFixed(1)} d`);
export const hours = (value: number): string => (value >= 48 ? days(value) : value < 1 ? `${Math.round(value * 60)} min` : `${value.toFixed(1)} h`);
/** The hours that half of a route's trips stay within; those of its plan where none were sampled. */
export const medianHours = (route: { time_p50_h: number | null; time_h: number }): number => route.time_p50_h ?? route.time_h;
export const usd = (value: number | null): string => (value === null ? "–" : `USD ${whole.format(value)}`);
export const millions = (value: number): string => (value < 1e6 ? usd(value) : `USD ${precise.format(Number((value / 1e6).toPrecision(3)))} million`);
/** Large money as it is known: two digits. */
export const money = (value: number): string => {
  const [size, unit] = value >= 1e9 ? [1e9, " bn"] : value >= 1e6 ? [1e6, " m"] : [1, ""];
  const known = Number((value / size).toPrecision(2));
  return `USD ${known < 10 && unit ? known.toFixed(1) : whole.format(known)}${unit}`;
};
export const tonnes = (kg: number): string => `${(kg / 1000).toFixed(1)} t`;
export const megatonnes = (t: number): string => `${precise.format(Number((t / 1e6).toPrecision(3)))} Mt`;
export const percent = (share: number): string => `${(share * 100).toFixed(share < 0.095 ? 1 : 0)} %`;
export const km = (value: number): string => `${whole.format(value)} km`;
export const day = (iso: string): string => dates.format(new Date(`${iso.slice(0, 10)}T00:00:00Z`));
export const moment = (iso: string): string => moments.format(new Date(iso));

export const cited = (s: { citation: string; year: number | null; where: string | null }): string => [s.citation, s.year, s.where].filter((w) => w).join(". ");

export function value(given: unknown, unit: string | null): string {
  if (typeof given === "number") return `${unit === "mm" || unit === null ? String(given) : precise.format(given)}${unit && unit !== "1" ? ` ${unit}` : ""}`;
  if (typeof given === "boolean") return given ? "yes" : "no";
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
