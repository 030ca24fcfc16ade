// Points of a person's own file, CSV or GeoJSON: where they lie and what is said of each, or what is wrong with the file.

import { delimiterOf, rowsOf } from "./delimited";
import { number, t } from "./language";
import type { Spot } from "./types";

export interface OwnPoint { spot: Spot; cells: [string, string][] }

/** What is wrong with a file, as a sentence. */
export class Fault extends Error {}

const MAX_BYTES = 5e6, MAX_ROWS = 50_000;
const LONGITUDES = ["lon_deg", "longitude", "lon", "lng", "long", "долгота", "бойлық", "طول البلد", "经度", "x"];
const LATITUDES = ["lat_deg", "latitude", "lat", "широта", "ендік", "عرض البلد", "纬度", "y"];
const REACH = { longitude: 180, latitude: 90 }; // degrees to either side of zero

/** The points of a file; raises a Fault that says what is wrong with it. */
export async function pointsOf(file: File): Promise<OwnPoint[]> {
  if (file.size > MAX_BYTES) throw new Fault(t("The file is larger than {size} MB, the most that is shown.", { size: number(MAX_BYTES / 1e6) }));
  const text = decoded(await file.arrayBuffer());
  if (text.trim() === "") throw new Fault(t("The file is empty."));
  const points = text.trimStart().startsWith("{") ? ofGeoJson(text) : ofTable(text);
  if (points.length === 0) throw new Fault(t("The file has no points."));
  return points;
}

function decoded(bytes: ArrayBuffer): string {
  const [first, second] = new Uint8Array(bytes);
  const code = first === 0xff && second === 0xfe ? "utf-16le" : "utf-8"; // the mark of UTF-16, as spreadsheets write it
  try {
    return new TextDecoder(code, { fatal: true }).decode(bytes); // without the mark at its start
  } catch {
    throw new Fault(t("The file is not text in UTF-8. Save it as CSV UTF-8."));
  }
}

function ofTable(text: string): OwnPoint[] {
  const delimiter = delimiterOf(text), [head, ...rows] = rowsOf(text, delimiter);
  const columns = (head?.cells ?? []).map((name) => name.trim());
  const [lon, lat] = [columnOf(columns, LONGITUDES), columnOf(columns, LATITUDES)];
  if (lon < 0 || lat < 0) throw new Fault(t("The file has no columns of longitude and latitude, such as {lon} and {lat}. Its columns are: {columns}.", { lon: "lon", lat: "lat", columns: columns.join(t(", ")) }));
  if (rows.length === 0) throw new Fault(t("The file has a head and no rows."));
  checkCount(rows.length);

  return rows.map(({ line, cells }) => {
    const where = t("Line {number}", { number: String(line) });
    const read = (at: number): number | string => degrees(cells[at] ?? "", delimiter !== ",");
    return { spot: spotOf(read(lon), read(lat), where), cells: columns.map((name, i): [string, string] => [name, (cells[i] ?? "").trim()]) };
  });
}

function columnOf(columns: string[], names: string[]): number {
  const folded = columns.map((name) => name.toLowerCase());
  return names.map((name) => folded.indexOf(name)).find((at) => at >= 0) ?? -1;
}

/** A cell as a number; the cell itself where it is none. */
function degrees(cell: string, hasDecimalComma: boolean): number | string {
  const text = cell.trim().replace("−", "-"), plain = hasDecimalComma ? text.replace(",", ".") : text;
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(plain) ? Number(plain) : cell;
}

function spotOf(lon: unknown, lat: unknown, where: string): Spot {
  const checked = (value: unknown, axis: keyof typeof REACH, name: string): number => {
    if (typeof value !== "number") throw new Fault(t("{where}: the {axis} is \"{value}\", which is not a number.", { where, axis: name, value: shortened(String(value ?? "")) }));
    if (Math.abs(value) > REACH[axis]) throw new Fault(t("{where}: the {axis} is {value}, beyond the world (-{most} to {most} degrees).", { where, axis: name, value: String(value), most: REACH[axis] }));
    return value;
  };
  return [checked(lon, "longitude", t("longitude")), checked(lat, "latitude", t("latitude"))];
}

function checkCount(count: number): void {
  if (count > MAX_ROWS) throw new Fault(t("The file has {count} rows; {most} is the most that is shown.", { count: number(count), most: number(MAX_ROWS) }));
}

interface Shape { type?: unknown; coordinates?: unknown; features?: unknown; geometry?: Shape | null; properties?: Record<string, unknown> | null }

function ofGeoJson(text: string): OwnPoint[] {
  let whole: Shape;
  try {
    whole = JSON.parse(text) as Shape;
  } catch {
    throw new Fault(t("The file begins like GeoJSON and cannot be read as JSON."));
  }
  const features = (Array.isArray(whole.features) ? whole.features : [whole.geometry ? whole : { geometry: whole }]) as (Shape | null)[];
  checkCount(features.length);

  return features.flatMap((feature, i) => {
    const shape = feature?.geometry;
    if (shape?.type !== "Point") return []; // lines and areas are not shown
    const [lon, lat] = Array.isArray(shape.coordinates) ? (shape.coordinates as unknown[]) : [];
    const cells = Object.entries(feature?.properties ?? {}).map(([name, value]): [string, string] => [name, typeof value === "object" && value !== null ? JSON.stringify(value) : String(value ?? "")]);
    return [{ spot: spotOf(lon, lat, t("Feature {number}", { number: String(i + 1) })), cells }];
  });
}

const MAX_LETTERS = 80, MAX_CELLS = 12;

const shortened = (text: string): string => (text.length > MAX_LETTERS ? `${text.slice(0, MAX_LETTERS)} …` : text);

/** What is said of a point, a line for each of its cells that is not empty, up to a dozen. */
export function said({ spot, cells }: OwnPoint): string {
  const filled = cells.filter(([, cell]) => cell !== "").slice(0, MAX_CELLS);
  return filled.length ? filled.map(([name, cell]) => shortened(`${name}: ${cell}`)).join("\n") : spot.join(", ");
}

/** What a point is called in a list: its first cell that is no coordinate. */
export function titleOf({ spot, cells }: OwnPoint): string {
  const isName = ([name, cell]: [string, string]): boolean => cell !== "" && ![...LONGITUDES, ...LATITUDES].includes(name.toLowerCase());
  return shortened(cells.find(isName)?.[1] ?? spot.join(", "));
}
