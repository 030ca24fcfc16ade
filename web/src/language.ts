// The language of the page: messages stand in English in the code and come translated from the server, out of
// the catalogues of the report. Numbers and dates are written as the language writes them.

/** How a day is written: with its year, with its time, alone, or a part of it alone. */
type DateForm = "day" | "moment" | "day of the year" | "month" | "initial" | "weekday";

/** How a language writes dates, by the letters of CLDR's patterns: names of months from January, of days from Monday. */
interface Dates { patterns: Record<DateForm, string>; months: Record<string, string[]>; weekdays: string[] }

interface Catalogue {
  code: string; direction: "ltr" | "rtl"; plurals: Record<string, number>; messages: Record<string, string | string[]>;
  dates: Dates; decimal: string; group: string;
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

const OTHER_LETTERS = /[^\p{Script=Latin}\p{Script=Common}\p{Script=Inherited}]/u;
const plural = new Intl.PluralRules(language), lists = new Intl.ListFormat(isEnglish ? "en-GB" : language);

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

/** The language of a text of the study, where it was not translated: English on a page of other letters; null: that of the page. */
export const langOf = (text: string): string | null => (isEnglish || !/[a-z]/i.test(text) || OTHER_LETTERS.test(text) ? null : SOURCE);

/** Texts one after the other, as the language lists them. */
export const listed = (texts: string[]): string => texts.join(t(", "));

/** Texts one after the other with an "and" before the last. */
export const together = (texts: string[]): string => lists.format(texts);

/** A text that begins a sentence. */
export const capital = (text: string): string => `${text.charAt(0).toLocaleUpperCase(language)}${text.slice(1)}`;

/** A number as the language writes it, with so many decimals. */
export const number = (value: number, digits = 0): string => numberWith({ minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value);

/** How numbers are written; browsers do not know how every language parts them, so the catalogue says it. */
export function numberWith(options: Intl.NumberFormatOptions): { format: (value: number) => string } {
  const english = new Intl.NumberFormat("en", options);
  if (!catalogue) return english;
  const signs: Partial<Record<Intl.NumberFormatPartTypes, string>> = { decimal: catalogue.decimal, group: catalogue.group };
  return { format: (value) => english.formatToParts(value).map(({ type, value: text }) => signs[type] ?? text).join("") };
}

const ENGLISH_DATES: Record<DateForm, Intl.DateTimeFormatOptions> = {
  day: { day: "numeric", month: "short", year: "numeric" },
  moment: { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" },
  "day of the year": { day: "numeric", month: "long" },
  month: { month: "short" },
  initial: { month: "narrow" },
  weekday: { weekday: "long" },
};

/** How dates are written, as numbers are: in the words and the order of the catalogue. */
export function datesAs(form: DateForm): { format: (date: Date) => string } {
  if (!catalogue) return new Intl.DateTimeFormat("en-GB", { ...ENGLISH_DATES[form], timeZone: "UTC" });
  const { dates } = catalogue;
  return { format: (date) => dates.patterns[form].replace(/'([^']*)'|y+|[ML]+|d+|H+|m+|c+/g, (field, quoted?: string) => quoted ?? datePart(dates, field, date)) };
}

/** A field of a pattern, such as MMM, of a date. */
function datePart({ months, weekdays }: Dates, field: string, date: Date): string {
  const two = (value: number): string => String(value).padStart(field.length, "0");
  switch (field[0]) {
    case "y": return two(date.getUTCFullYear());
    case "d": return two(date.getUTCDate());
    case "H": return two(date.getUTCHours());
    case "m": return two(date.getUTCMinutes());
    case "c": return weekdays[(date.getUTCDay() + 6) % 7] ?? "";
    default: return months[field]?.[date.getUTCMonth()] ?? two(date.getUTCMonth() + 1);
  }
}

/** The body of a question, asked in the language spoken. */
export const inLanguage = (body: unknown): unknown => (isEnglish ? body : { ...(body as object), language });

/** An address of the server that answers in the language spoken. */
export const spoken = (address: string): string => (isEnglish ? address : `${address}${address.includes("?") ? "&" : "?"}${new URLSearchParams({ language })}`);
