// What a row of the study says, in a sentence and a few labelled values; no ids, no words of the tables.

import { capital, datesAs, listed, number, t, tn } from "./language";
import { day, hours, km, percent, usd, value } from "./markup";
import type { Closure, Figure, Row } from "./types";

export interface Words { name: (id: string) => string; country: (code: string) => string; cargo: (id: string) => string }
export interface Described { text: string; values: [string, string][] }

type Cells = (column: string) => string;

export function described(table: string, row: Row, words: Words): Described {
  const cells: Cells = (column) => String(row.figures.find((f) => f.column === column)?.value ?? "");
  switch (table) {
    case "links": return { text: "", values: linkValues(row.figures, cells) };
    case "nodes": return { text: "", values: cells("unlocode") ? [["UN/LOCODE", cells("unlocode")]] : [] };
    case "windows": return { text: windowText(cells), values: [] };
    case "services": return serviceValues(cells);
    case "terminals": return terminalValues(cells);
    case "hazards": return { text: hazardText(cells), values: [] };
    case "rules": return { text: ruleText(cells, words), values: [] };
    case "holidays": return { text: t("Shut {dates}, a holiday in {country}.", { dates: span(cells("from_on"), cells("to_on")), country: words.country(cells("country")) }), values: [] };
    default: return { text: "", values: row.figures.filter((f) => !f.column.endsWith("_id") && !f.column.endsWith("_ids")).map((f) => [meant(f), value(f.value, f.unit)]) };
  }
}

/** A figure by what its declaration says of it, up to the first stop. */
const meant = (f: Figure): string => (f.meaning.split(/[:;(,]/)[0] ?? "").trim().replaceAll("_", " ") || f.column.replaceAll("_", " ");

const LAYERS: Record<string, string> = { rail: t("railway"), sea: t("sea"), ferry: t("ferry"), road: t("road"), waterway: t("waterway"), air: t("air") };

/** A layer in words, such as railway, 1520 mm. */
export function layerName(layer: string): string {
  const [mode = "", gauge] = layer.split("-");
  return gauge ? t("{mode}, {gauge} mm", { mode: mode === "ferry" ? t("train ferry") : LAYERS[mode] ?? mode, gauge }) : LAYERS[mode] ?? mode;
}

/** A mode in words, such as railway. */
export const modeName = (mode: string): string => LAYERS[mode] ?? mode;

const STATES: Record<string, string> = { open: t("open"), planned: t("planned"), shut: t("shut"), barred: t("barred") };

/** Whether a link is open, in a word. */
export const stateName = (state: string): string => STATES[state] ?? state;

const KINDS: Record<string, string> = {
  city: t("City"), "rail-terminal": t("Rail terminal"), "border-crossing": t("Border post"), seaport: t("Seaport"), "river-port": t("River port"), "lake-port": t("Port on a lake"),
  airport: t("Airport"), "gauge-change-station": t("Station where the gauge changes"), "dry-port": t("Dry port"), "mountain-pass": t("Mountain pass"),
};
export const placeKind = (kind: string): string => KINDS[kind] ?? kind.replaceAll("-", " ");

/** Hours that half of the trips take, and those that 95 % stay within. */
const within = (median: string, p95: string): string => listed([hours(Number(median)), p95 ? t("95 % of trips within {time}", { time: hours(Number(p95)) }) : ""].filter((w) => w));

function linkValues(figures: Figure[], cells: Cells): [string, string][] {
  const amount = (column: string): number => Number(cells(column));
  const was = (column: string, text: (v: number) => string): string => {
    const figure = figures.find((f) => f.column === column);
    return figure && typeof figure.was === "number" ? ` ${t("({value} without the changes)", { value: text(figure.was) })}` : "";
  };
  const rows: [string, string][] = [[t("Length"), km(amount("length_km"))]];
  const speed = (v: number): string => t("{speed} km/h", { speed: number(v) });
  if (cells("speed_kmh")) rows.push([t("Speed under way"), speed(amount("speed_kmh")) + was("speed_kmh", speed)]);
  if (amount("fixed_h") > 0) rows.push([t("Queue and clearance"), `${within(cells("fixed_h"), cells("fixed_p95_h"))}${was("fixed_h", hours)}`]);
  if (amount("fixed_usd") > 0) rows.push([t("Fees"), t("{sum} a lorry, wagon or box", { sum: usd(amount("fixed_usd")) })]);
  if (cells("capacity_teu_per_day")) rows.push([t("Room for"), t("{count} TEU a day", { count: number(amount("capacity_teu_per_day")) })]);
  if (cells("capacity_t_per_day")) rows.push([t("Room for"), t("{mass} t a day", { mass: number(amount("capacity_t_per_day")) })]);
  if (cells("operator")) rows.push([t("Run by"), cells("operator")]);
  if (cells("opens_on")) rows.push([t("Announced to open"), day(cells("opens_on"))]);
  return rows;
}

const WEEK = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], weekday = datesAs("weekday");
const NAMES = WEEK.map((_, i) => weekday.format(new Date(Date.UTC(2024, 0, 1 + i)))); // the first of January 2024 was a Monday

function weekdays(text: string): string {
  const numbers = text.split(" ").map((word) => WEEK.indexOf(word)).sort((a, b) => a - b);
  const [first = 0, last = 0] = [numbers[0], numbers.at(-1)];
  if (numbers.length > 2 && last - first === numbers.length - 1) return t("{first} to {last}", { first: NAMES[first] ?? "", last: NAMES[last] ?? "" });
  return listed(numbers.map((n) => NAMES[n] ?? ""));
}

const months = datesAs("day of the year");
const dayOfYear = (text: string): string => months.format(new Date(`2024-${text}T00:00:00Z`));

function span(from: string, to: string): string {
  return from && to ? t("from {from} until {until}", { from: day(from), until: day(to) }) : from ? t("from {day}", { day: day(from) }) : to ? t("until {day}", { day: day(to) }) : "";
}

const season = (cells: Cells): string => t("{first} to {last}", { first: dayOfYear(cells("season_from")), last: dayOfYear(cells("season_to")) });
const hoursOfDay = (text: string): string => { const [first = "", last = ""] = text.split("-"); return t("{first} to {last}", { first, last }); };

export function windowText(cells: Cells): string {
  const offset = Number(cells("utc_offset_h"));
  const zone = cells("time_zone") ? t("local time") : cells("utc_offset_h") ? `UTC${offset < 0 ? "−" : "+"}${Math.abs(offset)}` : "";
  const times = [
    cells("season_from") && season(cells),
    cells("weekdays") && weekdays(cells("weekdays")),
    cells("hours") ? listed([hoursOfDay(cells("hours")), zone].filter((w) => w)) : t("round the clock"),
  ].filter((w) => w);
  const share = cells("open_share");
  const years = span(cells("from_on"), cells("to_on"));
  const open = share && Number(share) < 1 ? t("Open {when}; weather lets traffic pass {share} of the time", { when: listed(times), share: percent(Number(share)) }) : t("Open {when}", { when: listed(times) });
  return t("{sentence}.", { sentence: years ? `${open} (${years})` : open });
}

function serviceValues(cells: Cells): Described {
  const often = Number(cells("departures_per_week"));
  const values: [string, string][] = [];
  if (cells("timetable")) values.push([t("Departs"), cells("timetable").split(";").map((w) => `${NAMES[WEEK.indexOf(w.trim().slice(0, 3))] ?? ""} ${w.trim().slice(4)}`).join(t(", "))]);
  if (cells("departures_per_week")) values.push([t("Departures"), often === 1 ? t("one a week") : t("{count} a week", { count: value(often, null) })]);
  const room = [cells("capacity_teu") && t("{count} TEU", { count: number(Number(cells("capacity_teu"))) }), cells("capacity_t") && t("{mass} t", { mass: number(Number(cells("capacity_t"))) })].filter((w) => w);
  if (room.length) values.push([t("Room on each"), listed(room)]);
  if (cells("gathering_h")) values.push([t("Goods handed in before"), within(cells("gathering_h"), cells("gathering_p95_h"))]);
  return { text: cells("required") === "true" ? t("The link can be used by this service only.") : "", values };
}

/** A form of goods, such as boxes. */
export const formName = (form: string): string => (form === "container" ? t("boxes") : form === "bulk" ? t("bulk goods") : t("vehicles"));

function terminalValues(cells: Cells): Described {
  const prices: [string, (sum: string) => string][] = [["usd_per_unit", (sum) => t("{sum} a unit of cargo", { sum })], ["usd_per_teu", (sum) => t("{sum} a TEU", { sum })], ["usd_per_t", (sum) => t("{sum} a tonne", { sum })]];
  const values: [string, string][] = [];
  if (cells("form")) values.push([t("For"), formName(cells("form"))]);
  if (cells("handling_h")) values.push([t("Handling takes"), within(cells("handling_h"), cells("handling_p95_h"))]);
  for (const [column, words] of prices) if (cells(column)) values.push([t("Price"), words(usd(Number(cells(column))))]);
  if (cells("capacity_teu_per_day")) values.push([t("Room for"), t("{count} TEU a day", { count: number(Number(cells("capacity_teu_per_day"))) })]);
  return { text: "", values };
}

function hazardText(cells: Cells): string {
  const often = Number(cells("events_per_year")), median = Number(cells("duration_median_d"));
  const rate = often >= 1.5 ? tn("About {count} time a year", "About {count} times a year", Math.round(often)) : often > 0.75 ? t("About once a year") : tn("About once in {count} year", "About once in {count} years", Math.round(1 / often));
  const when = cells("season_from") ? listed([rate, t("between {first} and {last}", { first: dayOfYear(cells("season_from")), last: dayOfYear(cells("season_to")) })]) : rate;
  const duration = median < 2 ? hours(median * 24) : tn("{count} day", "{count} days", Math.round(Number(median.toPrecision(2))));
  return t("{when}; half of these closures are over within {duration}.", { when, duration });
}

function ruleText(cells: Cells, words: Words): string {
  const amount = Number(cells("value"));
  const effect: Record<string, string> = {
    forbid: t("Closed"), document: t("{document} needed", { document: cells("document") }), "extra-hours": t("{time} more", { time: hours(amount) }), "extra-usd": t("A fee of {sum}", { sum: usd(amount) }), caution: t("Care is advised"),
  };
  const whom = [
    cells("cargo_id") && words.cargo(cells("cargo_id")), cells("origin_country") && t("from {country}", { country: words.country(cells("origin_country")) }),
    cells("destination_country") && t("to {country}", { country: words.country(cells("destination_country")) }), cells("carrier_country") && t("by carriers of {country}", { country: words.country(cells("carrier_country")) }),
  ].filter((w) => w);
  const what = { effect: effect[cells("effect")] ?? cells("effect"), whom: whom.join(" ") };
  const says = whom.length === 0 ? t("{effect} for all goods", what) : cells("cargo_id") ? t("{effect} for {whom}", what) : t("{effect} for goods {whom}", what);
  const spared = cells("except_countries") ? t("not those from or to {countries}", { countries: listed(cells("except_countries").split(" ").map(words.country)) }) : "";
  const authority = cells("authority") ? t("by sanctions of {authority}", { authority: cells("authority") }) : "";
  const whole = [says, spared, authority, span(cells("from_on"), cells("to_on"))];
  return t("{sentence}.", { sentence: listed(whole.filter((w) => w)) });
}

/** The first clause of a note as a sentence. */
export function firstClause(note: string | null): string {
  const clause = (note ?? "").split(/[;:]/)[0]?.replace(/\s*\([ABC]\)/g, "").trim() ?? "";
  return clause ? t("{sentence}.", { sentence: capital(clause) }) : "";
}

/** Why a link is not open, in a sentence. */
export function closureText({ kind, id, from_on, to_on, note }: Closure): string {
  const dates = span(from_on ?? "", to_on ?? "");
  if (id === "what-if") return t("As this what-if has it.");
  if (kind === "window") return t("{sentence}.", { sentence: [t("Outside its opening times"), dates].filter((w) => w).join(" ") });
  if (kind === "rule") return `${t("{sentence}.", { sentence: listed([t("Not for this cargo"), dates].filter((w) => w)) })} ${firstClause(note)}`.trim();
  if (kind === "status") return firstClause(note);
  const since = from_on && to_on ? t("Since {from}, until {until}.", { from: day(from_on), until: day(to_on) }) : from_on ? t("Since {day}.", { day: day(from_on) }) : to_on ? t("Until {day}.", { day: day(to_on) }) : "";
  return [since, firstClause(note)].filter((w) => w).join(" ");
}
