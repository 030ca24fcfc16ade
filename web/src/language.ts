// The language of the page: messages stand in English in the code and come translated from the server, out of
// the catalogues of the report. Numbers and dates are written as the language writes them.

interface Catalogue {
  code: string; direction: "ltr" | "rtl"; plurals: Record<string, number>; messages: Record<string, string | string[]>;
}
export type Values = Record<string, string | number>;

const SOURCE = "en"; // in which messages stand in the code

/** The catalogue of the language that the address asks for; null for English and for one that is not spoken. */
async function served(code: string): Promise<Catalogue | null> {
  if (code === SOURCE) return null;
  const reply = await fetch(`/api/language?${new URLSearchParams({ language: code })}`, { credentials: "same-origin" }).catch(() => null);
  return reply?.ok ? ((await reply.json()) as Catalogue) : null;
}

export const languageAsked = new URLSearchParams(location.search).get("language") ?? SOURCE;
const catalogue = await served(languageAsked); // before any other file of the page runs, so that each may say what it says at once

/** The code of the language spoken. */
export const language = catalogue?.code ?? SOURCE;
export const isEnglish = catalogue === null;
export const isRightToLeft = catalogue?.direction === "rtl";
document.documentElement.lang = language;
document.documentElement.dir = catalogue?.direction ?? "ltr";

const NUMBERS = isEnglish ? "en" : `${language}-u-nu-latn`, DATES = isEnglish ? "en-GB" : NUMBERS;
const plural = new Intl.PluralRules(language), lists = new Intl.ListFormat(DATES);

/** A message with its values; a sentence that ends in an abbreviation, as a date in Russian does, has one stop. */
const filled = (message: string, values: Values): string => message.replace(/\{(\w+)\}/g, (field, name: string) => String(values[name] ?? field)).replace(/([^.])\.\.(?!\.)/g, "$1.");

/** A message in the language spoken, with the values in their places: t('{place} closed', { place }). */
export function t(message: string, values: Values = {}): string {
  const translation = catalogue?.messages[message];
  return filled(typeof translation === "string" ? translation : message, values);
}

/** A message in the form that a count asks for; {count} stands for it: tn('{count} week', '{count} weeks', 3). */
export function tn(one: string, many: string, count: number, values: Values = {}): string {
  const forms = catalogue?.messages[one], form = catalogue?.plurals[plural.select(count)] ?? 0;
  const message = Array.isArray(forms) ? forms[form] ?? many : count === 1 ? one : many;
  return filled(message, { count: number(count), ...values });
}

/** A message with elements of the page in its places, in pieces: parts('Opens {link}', { link: button(...) }). */
export function parts<N extends Node>(message: string, values: Record<string, string | N>): (string | N)[] {
  return t(message).split(/\{(\w+)\}/).map((piece, i) => (i % 2 ? values[piece] ?? "" : piece)).filter((piece) => piece !== "");
}

/** Texts one after the other, as the language lists them. */
export const listed = (texts: string[]): string => texts.join(t(", "));

/** Texts one after the other with an "and" before the last. */
export const together = (texts: string[]): string => lists.format(texts);

/** A text that begins a sentence. */
export const capital = (text: string): string => `${text.charAt(0).toLocaleUpperCase(language)}${text.slice(1)}`;

/** A number as the language writes it, with so many decimals. */
export const number = (value: number, digits = 0): string => numberWith({ minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value);

export const numberWith = (options: Intl.NumberFormatOptions): Intl.NumberFormat => new Intl.NumberFormat(NUMBERS, options);
export const datesWith = (options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat => new Intl.DateTimeFormat(DATES, { ...options, timeZone: "UTC" });

/** The body of a question, asked in the language spoken. */
export const inLanguage = (body: unknown): unknown => (isEnglish ? body : { ...(body as object), language });

/** An address of the server that answers in the language spoken. */
export const spoken = (address: string): string => (isEnglish ? address : `${address}${address.includes("?") ? "&" : "?"}${new URLSearchParams({ language })}`);
