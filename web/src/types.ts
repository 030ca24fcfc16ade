// What the server answers, as far as the page looks at it.

export type Criterion = "time" | "cost" | "carbon" | "risk";
export const CRITERIA: readonly Criterion[] = ["time", "cost", "carbon", "risk"];

export interface Style { name: string; hue: string; dash: number[]; width: number }
export interface Option { option: string; meaning: string; default: boolean }
export interface Place { id: string; name: string; country: string; kind: string; unlocode: string | null; also: string[] }
export interface Scenario { id: string; title: string; about: string; as_of: string; changes: string[]; choices: Record<string, string> }
export interface Cargo { cargo_id: string; name: string; form: string }

export interface ProjectEdit { column: string; meaning: string; unit: string | null; op: string; value: string; links: string[]; places: string[] }
export interface Project {
  project_id: string; name: string; country: string; capex_usd: number; capex_p5_usd: number | null; capex_p95_usd: number | null; opex_usd_per_year: number | null;
  build_years: number; life_years: number; earliest_on: string | null; status: string; confidence: string | null; note: string | null; opens_year: number | null;
  requires: string[]; excludes: string[]; payers: { payer: string; payer_country: string | null; share: number }[];
  opens: string[]; edits: ProjectEdit[]; source: Source | null;
}

export interface Worth {
  convention: string; first_year: number; open_year: number; hurdle_share: number; npv_usd: number; npv_p5_usd: number | null; npv_p95_usd: number | null;
  return_share: number | null; return_p5_share: number | null; return_p95_share: number | null; benefit_cost_ratio: number | null; below_hurdle_share: number | null;
  phase: { begin_year: number | null; open_year: number | null } | null; rules: string[];
}
export interface Worths { state: "none" | "missing" | "kept"; scenario?: string; projects: Record<string, Worth> }

export interface Study {
  id: string; title: string; price_year: number; licence: string | null; languages: { code: string; name: string }[]; default_scenario: string; trouble: string | null;
  credit: string; scenarios: Scenario[]; places: Place[]; countries: Record<string, string>; cargoes: Cargo[];
  parameters: Record<string, Option[]>; styles: Record<string, Style>; hues: string[]; modes: string[]; changes: Record<string, string>; closures: Record<string, string>; rules: Record<string, string>; carriers: string[]; projects: Project[]; worths: Worths;
  trips: { trip_id: string; origin: string; destination: string; cargo: string; depart: string }[];
  limits: { changes: number; routes: number; units: number; required: number; departures: number; first_on: string; last_on: string };
}

export interface Closure { kind: string; id: string; from_on: string | null; to_on: string | null; source_id: string | null; note: string | null; source?: Source | null }
export interface Element { state: "planned" | "shut" | "barred"; opens_on: string | null; why: Closure[] }
export type Elements = Record<string, Element>;

export interface LinkProperties {
  id: string; from: string; to: string; mode: string; layer: string; status: string; length_km: number; rank: number; border: boolean; schematic: boolean; astray: boolean; confidence: string | null; mark: [number, number]; fixed_h?: number | null; hours?: string | null;
}
export interface NodeProperties { id: string; name: string; country: string; kind: string; degree: number }
export interface Feature<P, G> { type: "Feature"; properties: P; geometry: { type: string; coordinates: G } }
export interface Features<P, G> { type: "FeatureCollection"; features: Feature<P, G>[] }
export type Spot = [number, number];
export interface Network { links: Features<LinkProperties, Spot[] | Spot[][]>; nodes: Features<NodeProperties, Spot>; elements: Elements }
type Shapes = { type: string; coordinates: unknown };
/** A name of the base map: a town, lake or sea, shown from a zoom on. */
export interface GroundName { kind: "town" | "lake" | "sea"; name: string; lon: number; lat: number; zoom: number; names?: Record<string, string> }
/** What lies on the land: fetched after it, since an answer need not wait for it. */
export interface Details { rivers: Shapes; lakes: Shapes; names: GroundName[] }
export interface Ground {
  land: Shapes; borders: Shapes; disputed: Shapes;
  names: { country: string; name: string; lon: number; lat: number; size: number }[];
}

export interface Leg {
  kind: "link" | "terminal"; link_id: string | null; terminal_id: string | null; service_id: string | null; mode: string;
  layer: string; from_node_id: string; to_node_id: string; country: string; depart_at: string; arrive_at: string;
  wait_h: number; time_h: number; fixed_h: number; length_km: number; cost_usd: number; carbon_kg: number;
  source_id: string; confidence: string;
}
export interface Point { drawn: string; stop: string | null; km: number; km_to: number; time_h: number; time_to_h: number }
export interface Route {
  route_id: string; letter: string; time_h: number; time_p05_h: number | null; time_p50_h: number | null; time_p95_h: number | null;
  on_time_share: number | null; cost_usd: number; cost_p05_usd: number; cost_p95_usd: number; generalised_cost_usd: number; carbon_kg: number; risk_share: number; borders_count: number; transshipments_count: number; length_km: number;
  modes: string[]; countries: string[]; borders: string[]; documents: string[]; hazards: string[]; corridor: string; legs: Leg[]; points: Point[];
}
export interface Opening { closures: Closure[]; links: string[][]; time_h: number | null; cost_usd: number | null }
export interface ListedRoute {
  route_id: string; letter: string; time_h: number; time_p50_h: number | null; cost_usd: number; carbon_kg: number; risk_share: number; corridor: string; links: string[];
}
export interface CorridorExtra {
  corridor: string; route_id: string | null; baseline_route_id: string | null; state: "same" | "changed" | "rerouted" | "new" | "gone";
  extra_h: number | null; extra_usd: number | null; extra_carbon_kg: number | null; extra_risk_share: number | null;
}
export interface Baseline { sentence: string; on: string; routes: ListedRoute[]; corridors: CorridorExtra[] }
export interface Answer {
  pareto_count: number; apart_count: number; left_out: string[]; reason: string | null; warnings: string[]; routes: Route[]; openings: Opening[]; conditions: string[]; elements: Elements; baseline: Baseline | null;
}
export interface Departure {
  depart_on: string; time_h: number | null; time_p50_h: number | null; corridor: string | null; cost_usd: number | null; countries: string[] | null; borders: string[] | null;
  reason: string | null;
}

export interface Source { source_id: string; citation: string; year: number | null; where: string | null }
export interface Figure { column: string; meaning: string; unit: string | null; value: unknown; was?: unknown }
export interface Row { id: string; figures: Figure[]; source: Source | null; confidence: string | null; note: string | null; name?: string | null; shut_share?: number }
export interface RowCard extends Row { table: string; meaning: string }
export interface LinkCard extends RowCard {
  name: string; layer: string; ends: { id: string; name: string; country: string }[]; border: boolean; back: string | null;
  state: "open" | Element["state"]; opens_on: string | null; why: Closure[]; what_if: { value: string }[];
  opened_by: { change_id: string; links: string[] }[];
  choices: { parameter: string; chosen: string; options: { option: string; meaning: string }[] }[];
  windows: Row[]; services: Row[]; rules: Row[]; hazards: Row[];
}
export interface NodeCard extends RowCard { name: string; links: { id: string; name: string; layer: string; one_way: "from" | "to" | null; state: string }[]; terminals: Row[] }
export interface SourceCard { source: Source; used: Record<string, { rows: number; confidence: Record<string, number>; named: { id: string; name: string }[] }> }
export interface WhyNot {
  element: string; verdict: string; closures: string[];
  comparison: { criterion: string; unit: string; best: number | null; through: number | null; opened: number | null }[];
}
export interface Hazard { hazard_id: string; name: string; shut_share: number; links: string[] }
export interface LinkFlow { link_id: string; t_per_year: number; capacity_id: string | null; unit: string | null; use_share: number | null; price_usd: number | null }
export interface Limit { capacity_id: string; name: string | null; table: string; row_id: string; from_node_id: string | null; unit: string; per_day: number; use_per_day: number; use_share: number | null; price_usd: number; paid_usd: number; payers: string[] }
export interface Flows { links: LinkFlow[]; limits: Limit[]; t_per_year: number; stays_t_per_year: number; converged?: boolean }
export interface Critical { element_id: string; loss_usd_per_year: number }
/** Links in series, whose loss is one; or a link alone. */
export interface CriticalStretch extends Critical { name: string; loss_low_usd_per_year: number | null; loss_high_usd_per_year: number | null }
