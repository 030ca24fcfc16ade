// Names on the map as elements of the page: no server of glyphs is needed. Those that would overlap are left out.

import * as maplibregl from "maplibre-gl";

import type { Bubble } from "./bubbles";
import { isEnglish, language, t } from "./language";
import type { Feature, Ground, GroundName, NodeProperties, Spot } from "./types";

interface Wanted { text: string; kind: string; spot: Spot; rank: number; further?: Spot[]; route?: string }
/** What a mark of a closure is called: near, and from afar, where a group has one name at any of its marks; in a strait the water is named. isForGood: without a change that shuts it. */
export interface ShutName { spot: Spot; near: string; far: string; group: string; others: Spot[]; isStrait: boolean; isForGood: boolean }
export interface Shown { text: string; kind: string; x: number; y: number }
const MOST = 90;
const FAR_ZOOM = 5.5; // below it all that one closure shuts has one name
const WATER_DEG = 4; // as far as a water is named that a closure lies in
const AREAS = new Set(["country", "lake", "sea"]); // named in their middle, places above their point
const MOVED = new Set(["end", "named"]); // beside an edge of the map moved inward: a name of the route is not left out
const TOWN_DEG = 0.1; // as far as a town may lie from the place of the network that it is
const FONTS: Record<string, { px: number; weight?: string; spaced?: number; upper?: boolean }> = { // as style.css has them
  country: { px: 10, spaced: 0.8, upper: true }, end: { px: 13, weight: "bold" }, named: { px: 12, weight: "bold" }, town: { px: 10.5 }, lake: { px: 10.5 }, sea: { px: 11, spaced: 0.44 }, route: { px: 11 }, "route chosen": { px: 11, weight: "bold" }, shut: { px: 11, weight: "bold" },
};
const KINDS: Record<string, number> = { city: 0, seaport: 1, "dry-port": 3, "border-crossing": 4, "gauge-change-station": 4, "rail-terminal": 5, "mountain-pass": 3 };

const LONGEST = 30;
const short = (name: string): string => (name.length > LONGEST ? `${name.slice(0, LONGEST - 2).trimEnd()} …` : name);

const canvas = document.createElement("canvas").getContext("2d");
const widths = new Map<string, number>();

/** Half of the width of a label in pixels, in the letters the page has: those of some scripts are twice as wide as others. */
function halfWide(text: string, kind: string, family: string): number {
  const { px, weight = "normal", spaced = 0, upper = false } = FONTS[kind] ?? { px: 11 }, font = `${weight} ${px}px ${family}`, key = `${font} ${text}`;
  let wide = widths.get(key);
  if (wide === undefined && canvas) {
    canvas.font = font;
    wide = canvas.measureText(upper ? text.toUpperCase() : text).width + spaced * text.length;
    widths.set(key, wide);
  }
  return (wide ?? text.length * px * 0.65) / 2;
}

type Box = [number, number, number, number];
const meet = (a: Box, b: Box): boolean => a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];

const near = ([lon, lat]: Spot, town: GroundName): boolean => Math.abs(lat - town.lat) < TOWN_DEG && Math.abs(lon - town.lon) < TOWN_DEG;

/** How far a name that runs over an edge is moved to stand in the map; none where its point lies outside. */
function inward(x: number, half: number, width: number): number {
  if (x < 0 || x > width) return 0;
  return Math.max(2 + half - x, 0) || Math.min(width - 2 - half - x, 0);
}

export class Labels {
  private markers: maplibregl.Marker[] = [];
  private places: Feature<NodeProperties, Spot>[] = [];
  private ends = new Set<string>();
  private named = new Set<string>();
  private bubbles: Bubble[] = [];
  private ground: GroundName[] = [];
  private days = new Map<string, number>();
  private shut: ShutName[] = [];
  private asked = 0;
  shown: Shown[] = [];

  constructor(private map: maplibregl.Map, private countries: Ground["names"], private known: Record<string, string>, private choose: (route: string) => void) {
    map.on("moveend", () => this.later());
    map.on("resize", () => this.later());
  }

  setPlaces(places: Feature<NodeProperties, Spot>[]): void { this.places = places; this.later(); }
  setNamed(ends: Set<string>, named: Set<string>): void { this.ends = ends; this.named = named; this.later(); }

  /** The day on which the goods stand at a place, below its name. */
  setDays(days: Map<string, number>): void {
    const isSame = days.size === this.days.size && [...days].every(([id, day]) => this.days.get(id) === day);
    if (isSame) return;
    this.days = days;
    this.later();
  }

  setRoutes(bubbles: Bubble[]): void { this.bubbles = bubbles; this.later(); }
  setShut(shut: ShutName[]): void { this.shut = shut; this.later(); }
  setGround(names: GroundName[]): void { this.ground = names; this.later(); }

  private later(): void {
    cancelAnimationFrame(this.asked);
    this.asked = requestAnimationFrame(() => this.place());
  }

  private wanted(): Wanted[] {
    const zoom = this.map.getZoom();
    const places = this.places.filter((f) => this.ends.has(f.properties.id) || this.named.has(f.properties.id) || this.days.has(f.properties.id) || f.properties.degree >= 9 - zoom)
      .map((f) => {
        const p = f.properties, isEnd = this.ends.has(p.id), isNamed = this.named.has(p.id) || this.days.has(p.id), day = this.days.get(p.id);
        return { text: day === undefined ? short(p.name) : t("{place}, day {day}", { place: short(p.name), day }), kind: isEnd ? "end" : isNamed ? "named" : "place", spot: f.geometry.coordinates, rank: (isEnd ? -200 : isNamed ? -100 : (KINDS[p.kind] ?? 5) * 3) - p.degree };
      });
    const countries = this.countries.filter((c) => c.country in this.known)
      .map((c) => ({ text: isEnglish ? c.name : this.known[c.country] ?? c.name, kind: "country", spot: [c.lon, c.lat] as Spot, rank: -20 }));
    const routes = this.bubbles.flatMap(({ id, text, spots, isSelected }) => {
      const [spot, ...further] = spots;
      return spot ? [{ text, kind: isSelected ? "route chosen" : "route", spot, further, route: id, rank: isSelected ? -190 : -60 }] : [];
    });
    const shut = this.shutNames(zoom), isShut = new Set(shut.map((label) => label.text));
    return [...places, ...countries, ...routes, ...shut, ...this.groundNames(zoom).filter((label) => !isShut.has(label.text))].sort((a, b) => a.rank - b.rank);
  }

  /** What is shut; from afar once for all that a closure shuts. */
  private shutNames(zoom: number): Wanted[] {
    const isFar = zoom < FAR_ZOOM, groups = new Set<string>(), said = new Set<string>();
    return this.shut.flatMap(({ spot, near, far, group, others, isStrait, isForGood }) => {
      if (isFar && groups.has(group)) return [];
      groups.add(group);
      const isGroup = isFar && others.length > 0, text = (isStrait ? this.waterAt(spot) : undefined) ?? (isFar ? far : near);
      if (said.has(text)) return []; // both sides of a pass
      said.add(text);
      return [{ text, kind: "shut", spot, further: isGroup ? others : [], rank: isGroup || isStrait ? -70 : isForGood ? -40 : -50 }];
    });
  }

  private waterAt([lon, lat]: Spot): string | undefined {
    const far = (n: GroundName): number => Math.hypot(n.lon - lon, n.lat - lat);
    const nearest = this.ground.filter((n) => n.kind === "sea" && far(n) < WATER_DEG).sort((a, b) => far(a) - far(b))[0];
    return nearest && (nearest.names?.[language] ?? nearest.name);
  }

  /** Towns, lakes and seas of the zoom that lie in view; a town that is a place of the network is named as that, in any language. */
  private groundNames(zoom: number): Wanted[] {
    const bounds = this.map.getBounds(), middle = bounds.getCenter().lng;
    const nodes = new Set(this.places.map((f) => f.properties.name));
    const isPlace = (n: GroundName): boolean => nodes.has(n.name) || (!isEnglish && !n.names?.[language] && this.places.some((f) => near(f.geometry.coordinates, n)));
    return this.ground.filter((n) => {
      const lon = n.lon + 360 * Math.round((middle - n.lon) / 360);
      return n.zoom <= zoom + 0.5 && n.lat > bounds.getSouth() && n.lat < bounds.getNorth() && lon > bounds.getWest() && lon < bounds.getEast() && !(n.kind === "town" && isPlace(n));
    }).map((n) => ({ text: short(n.names?.[language] ?? n.name), kind: n.kind, spot: [n.lon, n.lat] as Spot, rank: (n.kind === "town" ? 40 : -10) + n.zoom }));
  }

  /** Where the legend and the credit line lie: names under them could not be read. */
  private covered(): Box[] {
    const { left, top } = this.map.getContainer().getBoundingClientRect();
    return [...document.querySelectorAll("#legend, #credit, #playback, #swipe .grip, .maplibregl-ctrl-top-right")].map((box): Box => {
      const r = box.getBoundingClientRect();
      return [r.left - left, r.top - top, r.right - left, r.bottom - top];
    });
  }

  private place(): void {
    for (const marker of this.markers) marker.remove();
    this.markers = [];
    this.shown = [];
    const { clientWidth: width, clientHeight: height } = this.map.getContainer();
    const family = getComputedStyle(this.map.getContainer()).fontFamily, taken = this.covered(), { lng } = this.map.getCenter();
    for (const label of this.wanted()) {
      if (this.markers.length >= MOST) break;
      const isArea = AREAS.has(label.kind), isRoute = label.route !== undefined;
      const half = halfWide(label.text, label.kind, family) + (isRoute ? 8 : 2), high = isRoute ? 24 : 16;
      const placed = [label.spot, ...(label.further ?? [])].flatMap(([lon, lat]) => {
        const spot: Spot = [lon + 360 * Math.round((lng - lon) / 360), lat]; // in the copy of the world that is looked at
        const { x, y } = this.map.project(spot), shift = MOVED.has(label.kind) ? inward(x, half, width) : 0, top = isArea ? y - 8 : isRoute ? y - 12 : y - 22;
        const box: Box = [x + shift - half, top, x + shift + half, top + high];
        const isIn = box[0] >= 2 && box[1] >= 2 && box[2] <= width - 2 && box[3] <= height - 2;
        return isIn && !taken.some((other) => meet(box, other)) ? [{ spot, x: x + shift, y, box, shift }] : [];
      })[0];
      if (!placed) continue;
      const { spot, x, y, box, shift } = placed;
      taken.push(box);
      const element = document.createElement("div");
      element.className = `label label-${label.kind}`;
      element.textContent = label.text;
      const route = label.route;
      if (route !== undefined) element.addEventListener("click", (event) => { event.stopPropagation(); this.choose(route); });
      const isCentred = isArea || isRoute;
      const marker = new maplibregl.Marker({ element, anchor: isCentred ? "center" : "bottom", offset: [shift, isCentred ? 0 : -5] });
      marker.setLngLat(spot).addTo(this.map);
      for (const name of ["role", "tabindex", "aria-label"]) element.removeAttribute(name); // words beside the map, not controls
      element.setAttribute("aria-hidden", "true");
      this.markers.push(marker);
      this.shown.push({ text: label.text, kind: label.kind, x, y: isCentred ? y + 4 : y - 9 });
    }
  }
}
