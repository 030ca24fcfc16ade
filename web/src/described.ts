// What a row of the study says, in a sentence and a few labelled values; no ids, no words of the tables.

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
    case "holidays": return { text: `Shut ${span(cells("from_on"), cells("to_on"))}, a holiday in ${words.country(cells("country"))}.`, values: [] };
    default: return { text: "", values: row.figures.filter((f) => !f.column.endsWith("_id") && !f.column.endsWith("_ids")).map((f) => [meant(f), value(f.value, f.unit)]) };
  }
}

/** A figure by what its declaration says of it, up to the first stop. */
const meant = (f: Figure): string => (f.meaning.split(/[:;(,]/)[0] ?? "").trim().replaceAll("_", " ") || f.column.replaceAll("_", " ");

const LAYERS: Record<string, string> = { rail: "railway", sea: "sea", ferry: "ferry", road: "road", waterway: "waterway", air: "air" };

/** A layer in words, such as railway, 1520 mm. */
export function layerName(layer: string): string {
  const [mode = "", gauge] = layer.split("-");
  return gauge ? `${mode === "ferry" ? "train ferry" : LAYERS[mode] ?? mode}, ${gauge} mm` : LAYERS[mode] ?? mode;
}

const KINDS: Record<string, string> = {
  city: "City", "rail-terminal": "Rail terminal", "border-crossing": "Border post", seaport: "Seaport", "river-port": "River port", "lake-port": "Port on a lake",
  airport: "Airport", "gauge-change-station": "Station where the gauge changes", "dry-port": "Dry port", "mountain-pass": "Mountain pass",
};
export const placeKind = (kind: string): string => KINDS[kind] ?? kind.replaceAll("-", " ");

function linkValues(figures: Figure[], cells: Cells): [string, string][] {
  const number = (column: string): number => Number(cells(column));
  const was = (column: string, text: (v: number) => string): string => {
    const figure = figures.find((f) => f.column === column);
    return figure && typeof figure.was === "number" ? ` (${text(figure.was)} without the changes)` : "";
  };
  const rows: [string, string][] = [["Length", km(number("length_km"))]];
  const speed = (v: number): string => `${Math.round(v)} km/h`;
  if (cells("speed_kmh")) rows.push(["Speed under way", speed(number("speed_kmh")) + was("speed_kmh", speed)]);
  if (number("fixed_h") > 0) rows.push(["Queue and clearance", `${hours(number("fixed_h"))}${cells("fixed_p95_h") ? `, 95 % of trips within ${hours(number("fixed_p95_h"))}` : ""}${was("fixed_h", hours)}`]);
  if (number("fixed_usd") > 0) rows.push(["Fees", `${usd(number("fixed_usd"))} a truck, wagon or box`]);
  if (cells("capacity_teu_per_day")) rows.push(["Room for", value(number("capacity_teu_per_day"), "TEU a day")]);
  if (cells("capacity_t_per_day")) rows.push(["Room for", value(number("capacity_t_per_day"), "t a day")]);
  if (cells("operator")) rows.push(["Run by", cells("operator")]);
  if (cells("opens_on")) rows.push(["Announced to open", day(cells("opens_on"))]);
  return rows;
}

const WEEK = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], NAMES = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

function weekdays(text: string): string {
  const numbers = text.split(" ").map((word) => WEEK.indexOf(word)).sort((a, b) => a - b);
  const [first = 0, last = 0] = [numbers[0], numbers.at(-1)];
  if (numbers.length > 2 && last - first === numbers.length - 1) return `${NAMES[first]} to ${NAMES[last]}`;
  return numbers.map((n) => NAMES[n]).join(", ");
}

const months = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long", timeZone: "UTC" });
const dayOfYear = (text: string): string => months.format(new Date(`2024-${text}T00:00:00Z`));

function span(from: string, to: string): string {
  return [from && `from ${day(from)}`, to && `until ${day(to)}`].filter((w) => w).join(" ");
}

export function windowText(cells: Cells): string {
  const offset = Number(cells("utc_offset_h"));
  const zone = cells("time_zone") ? ", local time" : cells("utc_offset_h") ? `, UTC${offset < 0 ? "−" : "+"}${Math.abs(offset)}` : "";
  const parts = [
    cells("season_from") && `${dayOfYear(cells("season_from"))} to ${dayOfYear(cells("season_to"))}`,
    cells("weekdays") && weekdays(cells("weekdays")),
    cells("hours") ? `${cells("hours").replace("-", " to ")}${zone}` : "round the clock",
  ].filter((w) => w);
  const share = cells("open_share");
  const years = span(cells("from_on"), cells("to_on"));
  return `Open ${parts.join(", ")}${share && Number(share) < 1 ? `; weather lets traffic pass ${percent(Number(share))} of the time` : ""}${years ? ` (${years})` : ""}.`;
}

function serviceValues(cells: Cells): Described {
  const often = Number(cells("departures_per_week"));
  const values: [string, string][] = [];
  if (cells("timetable")) values.push(["Departs", cells("timetable").split(";").map((w) => `${NAMES[WEEK.indexOf(w.trim().slice(0, 3))] ?? ""} ${w.trim().slice(4)}`).join(", ")]);
  if (cells("departures_per_week")) values.push(["Departures", often === 1 ? "one a week" : `${value(often, null)} a week`]);
  const room = [cells("capacity_teu") && value(Number(cells("capacity_teu")), "TEU"), cells("capacity_t") && value(Number(cells("capacity_t")), "t")].filter((w) => w);
  if (room.length) values.push(["Room on each", room.join(", ")]);
  if (cells("gathering_h")) values.push(["Goods handed in", `${hours(Number(cells("gathering_h")))} before${cells("gathering_p95_h") ? `, 95 % of trips within ${hours(Number(cells("gathering_p95_h")))}` : ""}`]);
  return { text: cells("required") === "true" ? "The link can be used by this service only." : "", values };
}

function terminalValues(cells: Cells): Described {
  const prices: [string, string][] = [["usd_per_unit", "a unit of cargo"], ["usd_per_teu", "a TEU"], ["usd_per_t", "a tonne"]];
  const values: [string, string][] = [];
  if (cells("form")) values.push(["For", cells("form") === "container" ? "boxes" : cells("form") === "bulk" ? "bulk goods" : "vehicles"]);
  if (cells("handling_h")) values.push(["Handling takes", `${hours(Number(cells("handling_h")))}${cells("handling_p95_h") ? `, 95 % of trips within ${hours(Number(cells("handling_p95_h")))}` : ""}`]);
  for (const [column, unit] of prices) if (cells(column)) values.push(["Price", `${usd(Number(cells(column)))} ${unit}`]);
  if (cells("capacity_teu_per_day")) values.push(["Room for", value(Number(cells("capacity_teu_per_day")), "TEU a day")]);
  return { text: "", values };
}

function hazardText(cells: Cells): string {
  const often = Number(cells("events_per_year")), median = Number(cells("duration_median_d"));
  const rate = often >= 1.5 ? `About ${Math.round(often)} times a year` : often > 0.75 ? "About once a year" : `About once in ${Math.round(1 / often)} years`;
  const season = cells("season_from") ? `, between ${dayOfYear(cells("season_from"))} and ${dayOfYear(cells("season_to"))}` : "";
  return `${rate}${season}; half of these closures are over within ${median < 2 ? hours(median * 24) : `${value(Number(median.toPrecision(2)), null)} days`}.`;
}

function ruleText(cells: Cells, words: Words): string {
  const amount = Number(cells("value"));
  const effect: Record<string, string> = {
    forbid: "Closed", document: `${cells("document")} needed`, "extra-hours": `${hours(amount)} more`, "extra-usd": `A fee of ${usd(amount)}`, caution: "Care is advised",
  };
  const whom = [
    cells("cargo_id") && words.cargo(cells("cargo_id")), cells("origin_country") && `from ${words.country(cells("origin_country"))}`,
    cells("destination_country") && `to ${words.country(cells("destination_country"))}`, cells("carrier_country") && `by carriers of ${words.country(cells("carrier_country"))}`,
  ].filter((w) => w);
  const spared = cells("except_countries") ? `, not those from or to ${cells("except_countries").split(" ").map(words.country).join(", ")}` : "";
  const goods = cells("cargo_id") ? "" : "goods ";
  const authority = cells("authority") ? `, by sanctions of ${cells("authority")}` : "";
  const years = span(cells("from_on"), cells("to_on"));
  return `${effect[cells("effect")] ?? cells("effect")} ${whom.length ? `for ${goods}${whom.join(" ")}` : "for all goods"}${spared}${authority}${years ? `, ${years}` : ""}.`;
}

/** The first clause of a note as a sentence. */
export function firstClause(note: string | null): string {
  const clause = (note ?? "").split(/[;:]/)[0]?.replace(/\s*\([ABC]\)/g, "").trim() ?? "";
  return clause ? `${clause.charAt(0).toUpperCase()}${clause.slice(1)}.` : "";
}

/** Why a link is not open, in a sentence. */
export function closureText({ kind, id, from_on, to_on, note }: Closure): string {
  const dates = span(from_on ?? "", to_on ?? "");
  const since = dates ? `${dates.charAt(0).toUpperCase()}${dates.slice(1)}` : "";
  if (id === "what-if") return "As this what-if has it.";
  if (kind === "window") return `Outside its opening times${dates ? ` ${dates}` : ""}.`;
  if (kind === "rule") return `Not for this cargo${dates ? `, ${dates}` : ""}. ${firstClause(note)}`.trim();
  if (kind === "status") return firstClause(note);
  return [since && `${since.replace(/^From/, "Since")}.`, firstClause(note)].filter((w) => w).join(" ");
}
