// The map: land and borders, links as they stand on the day, routes, marks of crossings, what is pointed at.

import * as maplibregl from "maplibre-gl";
import "maplibre-gl/dist/maplibre-gl.css";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";

import { bubbles } from "./bubbles";
import { closureMarks, crossingName, postMarks, type ClosureMark, type Lane } from "./closures";
import { ground, hazardRange, onGround, relief } from "./colours";
import type { Ghost } from "./difference";
import { ESTIMATES, isEstimate } from "./estimates";
import { isRightToLeft, t } from "./language";
import { Labels, type ShutName } from "./labels";
import type { Opacities } from "./layers";
import { h } from "./markup";
import type { Critical, Details, Elements, Ground, Hazard, LinkFlow, Network, Route, Spot, Style, Study } from "./types";

maplibregl.setWorkerUrl(workerUrl);

const DETOUR = 1.3; // a sea way so much longer than the straight line goes round land: drawn straight it would mislead
const NEAR_PX = 7;
const LANES_OF_STRAIT = 3; // that one closure shuts in one place: the water is shut, not the ports

/** What lies under the pointer; link: of a route, the one under it. */
export type Pick = { kind: "link" | "node" | "route" | "own"; id: string; link?: string };
type Data = Parameters<maplibregl.GeoJSONSource["setData"]>[0];
const EMPTY: Data = { type: "FeatureCollection", features: [] };

export class TheMap {
  readonly map: maplibregl.Map;
  readonly labels: Labels;
  private ready: Promise<void>;
  private lines = new Map<string, { spots: Spot[]; mark: Spot; drawn: string; hidden: boolean; rank: number; schematic: boolean; estimate: boolean }>();
  private places = new Map<string, Spot>();

  constructor(box: HTMLElement, private study: Study, land: Ground, private picked: (pick: Pick) => void, hovered: (route: string | null) => void, words: (pick: Pick) => string, private asked: (place: string, x: number, y: number) => void, moved: (view: string) => void, private name: (id: string) => string, isTwin = false) {
    this.map = new maplibregl.Map({
      container: box, style: { version: 8, sources: {}, layers: [], transition: { duration: 0, delay: 0 } }, center: [66, 36], zoom: 3.6, minZoom: 1.5, maxZoom: 11,
      fadeDuration: 0, // each fade is twenty pictures more, which a machine without a GPU feels
      locale: { "NavigationControl.ZoomIn": t("Zoom in"), "NavigationControl.ZoomOut": t("Zoom out") }, attributionControl: false, dragRotate: false, pitchWithRotate: false, touchPitch: false,
    });
    this.map.touchZoomRotate.disableRotation();
    if (!isTwin) { // of two maps that lie over each other, one has them
      this.map.addControl(new maplibregl.NavigationControl({ showCompass: false }), isRightToLeft ? "top-left" : "top-right"); // where no legend is
      this.map.addControl(new maplibregl.ScaleControl({}), "bottom-right");
    }
    this.labels = new Labels(this.map, land.names, study.countries, (id) => this.picked({ kind: "route", id }));
    this.ready = new Promise((done) => {
      this.map.once("style.load", () => { this.build(land); done(); });
    });
    const tip = h("div", { class: "tip", hidden: true, "aria-hidden": "true" });
    box.append(tip);
    this.map.on("click", (event) => this.pick(event.point));
    this.map.on("mousemove", (event) => {
      const found = this.under(event.point);
      this.map.getCanvas().style.cursor = found ? "pointer" : "";
      hovered(found?.kind === "route" ? found.id : null);
      tip.hidden = !found;
      if (found) {
        tip.textContent = words(found);
        tip.style.transform = `translate(${event.point.x + 12}px, ${event.point.y + 14}px)`;
        tip.classList.toggle("left", event.point.x > box.clientWidth * 0.6);
      }
    });
    this.map.on("contextmenu", (event) => {
      event.preventDefault();
      const place = this.nearest(event.point);
      if (place) this.asked(place, event.point.x, event.point.y);
    });
    this.map.on("moveend", (event: { originalEvent?: unknown }) => {
      const { lng, lat } = this.map.getCenter();
      if (event.originalEvent) moved([lng.toFixed(3), lat.toFixed(3), this.map.getZoom().toFixed(2)].join(",")); // by hand, not by a fit
    });
    this.map.on("mouseout", () => { tip.hidden = true; });
    this.map.getCanvas().setAttribute("aria-label", isTwin ? t("Map before the what-if") : t("Map of the network; the lists beside it say the same"));
  }

  private build(land: Ground): void {
    const map = this.map;
    map.addSource("land", { type: "geojson", data: { type: "Feature", properties: {}, geometry: land.land } as Data });
    map.addSource("coast", { type: "geojson", data: { type: "Feature", properties: {}, geometry: coast(land.land.coordinates as Spot[][][]) } as Data });
    map.addSource("relief", { type: "raster", tiles: [`${location.origin}/api/basemap/relief/{z}/{x}/{y}.webp`], tileSize: 512, minzoom: 1, maxzoom: 4 });
    for (const name of ["rivers", "lakes"]) map.addSource(name, { type: "geojson", data: EMPTY });
    map.addSource("disputed", { type: "geojson", data: { type: "Feature", properties: {}, geometry: land.disputed } as Data });
    map.addSource("borders", { type: "geojson", data: { type: "Feature", properties: {}, geometry: land.borders } as Data });
    for (const name of ["links", "ghosts", "routes", "marks", "nodes", "hazards", "flows", "own", "ring", "goods"]) map.addSource(name, { type: "geojson", data: EMPTY });
    map.addLayer({ id: "sea", type: "background" });
    map.addLayer({ id: "land", type: "fill", source: "land" });
    map.addLayer({ id: "relief", type: "raster", source: "relief", paint: { "raster-fade-duration": 0 } });
    map.addLayer({ id: "rivers", type: "line", source: "rivers", layout: { "line-join": "round" }, paint: { "line-width": ["interpolate", ["linear"], ["zoom"], 2, 0.4, 6, 1.2, 10, 2.4] } });
    map.addLayer({ id: "lakes", type: "fill", source: "lakes" });
    map.addLayer({ id: "shores", type: "line", source: "lakes", paint: { "line-width": 0.5 } });
    map.addLayer({ id: "coast", type: "line", source: "coast", paint: { "line-width": 0.6 } });
    map.addLayer({ id: "borders", type: "line", source: "borders", paint: { "line-width": 0.9 } });
    map.addLayer({ id: "disputed", type: "line", source: "disputed", paint: { "line-width": 1, "line-dasharray": [3, 2] } });
    map.addLayer({ id: "hazards", type: "line", source: "hazards", layout: { "line-cap": "round" }, paint: { "line-width": 7, "line-offset": ["*", ["get", "rank"], 3.5] } });
    map.addLayer({ id: "flows", type: "line", source: "flows", layout: { "line-cap": "round", "line-sort-key": ["get", "share"] }, paint: { "line-width": ["get", "width"], "line-offset": ["*", ["get", "rank"], 3.5] } });
    map.addLayer({ id: "pointed", type: "line", source: "links", filter: ["in", ["get", "id"], ["literal", []]], layout: { "line-cap": "round" }, paint: { "line-width": 10, "line-opacity": 0.75, "line-offset": ["*", ["get", "rank"], 3.5] } });
    for (const [key, style] of Object.entries(this.study.styles)) this.addStroke(`link-${key}`, "links", key, style, key === "planned" ? 1.1 : 0.62, ["!", ["get", "hidden"]]);
    this.addHatch("hatch", "links", 7, ["!", ["get", "hidden"]]);
    map.addLayer({ id: "ghosts", type: "line", source: "ghosts", layout: { "line-join": "round" }, paint: { "line-width": 1.8, "line-dasharray": [3, 2.4], "line-offset": ["*", ["get", "rank"], 3.5] } });
    map.addLayer({ id: "route-others", type: "line", source: "routes", filter: ["!", ["get", "selected"]], layout: { "line-join": "round", "line-cap": "round" }, paint: { "line-width": 3.2, "line-offset": ["*", ["get", "rank"], 3.5] } });
    map.addLayer({ id: "route-casing", type: "line", source: "routes", filter: ["get", "selected"], layout: { "line-join": "round", "line-cap": "round" }, paint: { "line-width": 9, "line-offset": ["*", ["get", "rank"], 3.5] } });
    for (const [key, style] of Object.entries(this.study.styles)) this.addStroke(`route-${key}`, "routes", key, style, 1.75, ["get", "selected"]);
    this.addHatch("route-hatch", "routes", HATCH_HIGH, ["get", "selected"]);
    map.addLayer({ id: "nodes", type: "circle", source: "nodes", paint: { "circle-radius": ["interpolate", ["linear"], ["zoom"], 3, 1.6, 7, 4], "circle-stroke-width": 0.9 } });
    map.addLayer({ id: "marks", type: "symbol", source: "marks", layout: { "icon-image": ["get", "icon"], "icon-overlap": "never", "icon-padding": 0, "symbol-sort-key": ["-", 0, ["get", "sort"]], "icon-size": ["interpolate", ["linear"], ["zoom"], 3, 0.36, 6, 0.5] } });
    map.addLayer({ id: "own", type: "circle", source: "own", paint: { "circle-radius": 5.5, "circle-stroke-width": 1.5 } });
    map.addLayer({ id: "goods", type: "circle", source: "goods", paint: { "circle-radius": 8, "circle-stroke-width": 3 } });
    map.addLayer({ id: "ring", type: "circle", source: "ring", paint: { "circle-radius": 13, "circle-opacity": 0, "circle-stroke-width": 3.5 } });
    this.recolour();
  }

  private addStroke(id: string, source: string, key: string, style: Style, widen: number, filter: maplibregl.ExpressionSpecification): void {
    const width = style.width * widen;
    const pattern = style.dash[0] === 1 && style.dash[1] === 0 ? null : style.dash.map((d) => d / style.width);
    for (const [suffix, schematic, dash] of [["", false, pattern], [SCHEMATIC, true, pattern ?? SCHEMATIC_DASH]] as const) {
      this.map.addLayer({
        id: id + suffix, type: "line", source, filter: ["all", ["==", ["get", "drawn"], key], ["==", ["get", "schematic"], schematic], filter],
        layout: { "line-join": "round", "line-cap": "butt" },
        paint: { "line-width": width, "line-offset": ["*", ["get", "rank"], 3.5], ...(dash ? { "line-dasharray": [...dash] } : {}) },
      });
    }
  }

  private addHatch(id: string, source: string, high: number, filter: maplibregl.ExpressionSpecification): void {
    this.map.addLayer({
      id, type: "line", source, filter: ["all", ["get", "estimate"], ["!=", ["get", "drawn"], "planned"], filter],
      paint: { "line-width": high, "line-pattern": "hatch", "line-offset": ["*", ["get", "rank"], 3.5] },
    });
  }

  /** Hatch the estimates of the whole network, or only those of the route chosen; draw layers as strongly as is asked. */
  async showLayers(isWhole: boolean, opacities: Opacities): Promise<void> {
    await this.ready;
    [this.isHatched, this.opacities] = [isWhole, opacities];
    this.fade();
  }
  private isHatched = false;
  private opacities: Opacities = new Map();

  private fade(): void {
    const share = (...names: string[]): number => names.reduce((product, name) => product * (this.opacities.get(name) ?? 1), 1);
    const strokes = Object.keys(this.study.styles).flatMap((key) => [`link-${key}`, `link-${key}${SCHEMATIC}`]);
    const lines: [string, number][] = [
      ...strokes.map((id): [string, number] => [id, share("network")]), ["hatch", this.isHatched ? share(ESTIMATES) : 0], ["route-hatch", share(ESTIMATES)],
      ["hazards", 0.75 * share("hazards", "criticality")], ["flows", 0.8 * share("flows", "capacity")], ["route-others", 0.55 * share("routes")], ["ghosts", share("baseline")],
    ];
    for (const [id, opacity] of lines) {
      this.map.setPaintProperty(id, "line-opacity", opacity);
      this.map.setLayoutProperty(id, "visibility", opacity > 0 ? "visible" : "none"); // what is not seen is neither picked nor in the legend
    }
    for (const part of ["circle-opacity", "circle-stroke-opacity"] as const) this.map.setPaintProperty("own", part, share("own"));
    this.map.setLayoutProperty("own", "visibility", share("own") > 0 ? "visible" : "none");
    const { opacity } = relief(), strength = opacity * share("relief");
    this.map.setPaintProperty("relief", "raster-opacity", ["interpolate", ["linear"], ["zoom"], 5.5, strength, 8, 0.4 * strength]); // paler where it turns coarse
  }

  /** Take the colours of light or dark ground. */
  recolour(): void {
    const g = ground(), map = this.map;
    map.setPaintProperty("sea", "background-color", g.sea);
    map.setPaintProperty("land", "fill-color", g.land);
    map.setPaintProperty("coast", "line-color", g.coast);
    for (const id of ["borders", "disputed"]) map.setPaintProperty(id, "line-color", g.border);
    map.setPaintProperty("rivers", "line-color", g.river);
    map.setPaintProperty("lakes", "fill-color", g.sea);
    map.setPaintProperty("shores", "line-color", g.coast);
    const { brightest, saturation } = relief();
    this.fade();
    map.setPaintProperty("relief", "raster-brightness-max", brightest);
    map.setPaintProperty("relief", "raster-saturation", saturation);
    map.setPaintProperty("pointed", "line-color", g.mark);
    map.setPaintProperty("ring", "circle-stroke-color", g.mark);
    map.setPaintProperty("ghosts", "line-color", g.ghost);
    map.setPaintProperty("goods", "circle-color", g.mark);
    map.setPaintProperty("goods", "circle-stroke-color", g.ink);
    map.setPaintProperty("own", "circle-color", g.own);
    map.setPaintProperty("own", "circle-stroke-color", g.paper);
    map.setPaintProperty("route-others", "line-color", g.faint);
    map.setPaintProperty("route-casing", "line-color", g.paper);
    map.setPaintProperty("nodes", "circle-color", g.paper);
    map.setPaintProperty("nodes", "circle-stroke-color", g.ink);
    const [pale, strong] = hazardRange();
    map.setPaintProperty("hazards", "line-color", ["interpolate", ["linear"], ["get", "share"], 0, pale ?? "", 1, strong ?? ""]);
    map.setPaintProperty("flows", "line-color", ["case", ["<", ["get", "share"], 0], g.faint, ["interpolate", ["linear"], ["get", "share"], 0, pale ?? "", 1, strong ?? ""]]);
    for (const [key, style] of Object.entries(this.study.styles)) {
      const hue = onGround(style.hue);
      for (const suffix of ["", SCHEMATIC]) {
        map.setPaintProperty(`link-${key}${suffix}`, "line-color", hue);
        map.setPaintProperty(`route-${key}${suffix}`, "line-color", hue);
      }
    }
    for (const [name, image] of [["shut", cross(g.shut, g.paper)], ["open", ring(g.ink, g.paper)], ["barred", bar(g.shut, g.paper)]] as const) {
      if (map.hasImage(name)) map.removeImage(name);
      map.addImage(name, image, { pixelRatio: 1 });
    }
    if (map.hasImage("hatch")) map.removeImage("hatch");
    map.addImage("hatch", hatch(g.ink, g.paper), { pixelRatio: 2 });
  }

  /** Show what lies on the land: rivers, lakes, names of towns, lakes and seas. */
  async showDetails(details: Details): Promise<void> {
    await this.ready;
    for (const name of ["rivers", "lakes"] as const) this.set(name, [{ type: "Feature", properties: {}, geometry: details[name] }]);
    this.labels.setGround(details.names);
  }

  async restyle(): Promise<void> { await this.ready; this.recolour(); }

  /** Show the network as it stands on the day. */
  async showNetwork(network: Network, elements: Elements): Promise<void> {
    await this.ready;
    this.places = new Map(network.nodes.features.map((f) => [f.properties.id, f.geometry.coordinates]));
    this.lines.clear();
    const marks: unknown[] = [], lanes: Lane[] = [], posts: ClosureMark[] = [];
    const mark = (id: string, icon: string, spot: Spot): void => { marks.push({ type: "Feature", properties: { id, icon, sort: icon === "open" ? 0 : 1 }, geometry: { type: "Point", coordinates: spot } }); };
    const features = network.links.features.map((f) => {
      const p = f.properties, element = elements[p.id];
      const state = element?.state ?? "open";
      const spots = unbroken(f.geometry.coordinates);
      const hidden = p.astray || p.schematic && p.mode === "sea" && p.length_km > DETOUR * Math.max(50, apartKm(spots));
      const drawn = state === "planned" ? "planned" : state === "open" ? this.drawnAs(p.layer) : "closed";
      this.lines.set(p.id, { spots, mark: p.mark, drawn, hidden, rank: p.rank, schematic: p.schematic, estimate: isEstimate(p) });
      const onLand = p.mode === "road" || p.mode === "rail";
      const why = element?.why[0];
      if (hidden) { /* its mark would lie where it does not run */ }
      else if (state === "shut" && !onLand && why) lanes.push({ id: p.id, closure: `${why.kind} ${why.id}`, spots, mark: p.mark });
      else if (state === "shut") posts.push({ id: p.id, closure: why ? `${why.kind} ${why.id}` : p.id, spot: p.mark, isSea: false, count: 1 });
      else if (state === "barred" || (p.border && onLand && state === "open")) mark(p.id, state, p.mark);
      return { ...f, properties: { id: p.id, drawn, hidden, rank: p.rank, state, schematic: p.schematic, estimate: isEstimate(p) } };
    });
    this.set("links", features);
    const shut = [...postMarks(posts), ...closureMarks(lanes)];
    for (const { id, spot } of shut) mark(id, "shut", spot);
    this.set("marks", marks);
    this.labels.setShut(this.shutNames(shut, network));
    this.set("nodes", network.nodes.features);
    this.labels.setPlaces(network.nodes.features);
  }

  /** What each mark of a closure is called: its crossing; from afar the border of which a closure shuts several; where many lanes meet the water, which the labels know. */
  private shutNames(shut: ClosureMark[], network: Network): ShutName[] {
    const places = new Map(network.nodes.features.map((f) => [f.properties.id, f.properties]));
    const links = new Map(network.links.features.map((f) => [f.properties.id, f.properties]));
    return shut.map(({ id, closure, spot, isSea, count }) => {
      const link = links.get(id), near = crossingName([link?.from, link?.to].flatMap((end) => places.get(end ?? "") ?? []));
      const selector = this.study.closures[closure.replace("change ", "")] ?? "", others = shut.filter((other) => other.closure === closure && other.id !== id);
      const isBorder = !isSea && others.length > 0 && selector.startsWith("crossing:");
      return { spot, near, far: isBorder ? this.name(selector) : near, group: isBorder ? closure : id, isForGood: closure.startsWith("status "), others: isBorder ? others.map((other) => other.spot) : [], isStrait: isSea && count >= LANES_OF_STRAIT };
    });
  }

  /** Show the routes; the selected one by mode, the others faint, those of the baseline that are left as dashes below. */
  async showRoutes(routes: Route[], selected: string | null, ends: string[], old: Ghost[] = []): Promise<void> {
    await this.ready;
    const features: unknown[] = [], named = new Set<string>();
    for (const route of routes) {
      for (const leg of route.legs) {
        const line = leg.link_id ? this.lines.get(leg.link_id) : undefined;
        const isSelected = route.route_id === selected;
        if (isSelected && (leg.kind === "terminal" || route.borders.includes(leg.link_id ?? ""))) named.add(leg.from_node_id);
        if (!line || line.hidden) continue;
        features.push({
          type: "Feature", geometry: { type: "LineString", coordinates: line.spots },
          properties: { id: route.route_id, link: leg.link_id, drawn: this.drawnAs(leg.layer), selected: isSelected, rank: line.rank, schematic: line.schematic, estimate: line.estimate },
        });
      }
    }
    this.set("ghosts", [...new Set(old.flatMap((g) => g.before.links))].flatMap((id) => {
      const line = this.lines.get(id);
      return line && !line.hidden ? [{ type: "Feature", properties: { id, rank: line.rank }, geometry: { type: "LineString", coordinates: line.spots } }] : [];
    }));
    this.set("routes", features);
    this.labels.setRoutes(bubbles(routes, (link) => this.lines.get(link)?.spots, selected));
    this.labels.setNamed(new Set(ends), named);
  }

  /** Show where the goods are, and on which day they stand at the places of a journey; no spot: nowhere. */
  async showGoods(spot: Spot | null, days: Map<string, number>): Promise<void> {
    await this.ready;
    this.set("goods", spot ? [{ type: "Feature", properties: {}, geometry: { type: "Point", coordinates: spot } }] : []);
    this.labels.setDays(days);
  }

  /** Show points of a person's own file, by their numbers in it. */
  async showOwn(spots: Spot[]): Promise<void> {
    await this.ready;
    this.set("own", spots.map((spot, i) => ({ type: "Feature", properties: { id: i }, geometry: { type: "Point", coordinates: spot } })));
  }

  /** The line and the border mark of a link. */
  lineOf(link: string): { spots: Spot[]; mark: Spot } | undefined { return this.lines.get(link); }

  placeOf(node: string): Spot | undefined { return this.places.get(node); }

  /** Show how likely hazards are to shut each link: their chances together, 0.3 and more the strongest. */
  async showHazards(hazards: Hazard[]): Promise<void> {
    const worst = new Map<string, number>();
    for (const hazard of hazards) for (const link of hazard.links) worst.set(link, 1 - (1 - (worst.get(link) ?? 0)) * (1 - hazard.shut_share));
    await this.showLayer(worst, 0.3);
  }

  /** Show what the failure of each link costs a year, as a share of the worst. */
  async showCriticality(rows: Critical[]): Promise<void> {
    const top = Math.max(1, ...rows.map((r) => r.loss_usd_per_year));
    await this.showLayer(new Map(rows.map((r) => [r.element_id, Math.sqrt(r.loss_usd_per_year / top)])), 1);
  }

  /** Show what links carry, as wide as that is; or only those with a limit, all alike. Colour says how full; share -1: no limit is known. */
  async showFlows(rows: LinkFlow[], layer: "flows" | "capacity" | null): Promise<void> {
    await this.ready;
    const top = Math.max(1, ...rows.map((r) => r.t_per_year));
    this.set("flows", rows.flatMap((row) => {
      const line = this.lines.get(row.link_id), isShown = layer === "flows" || (layer === "capacity" && row.use_share !== null);
      const width = layer === "flows" ? 2 + 14 * Math.sqrt(row.t_per_year / top) : 7;
      return !line || line.hidden || !isShown ? [] : [{ type: "Feature", properties: { id: row.link_id, share: row.use_share === null ? -1 : Math.min(1, row.use_share), width, rank: line.rank }, geometry: { type: "LineString", coordinates: line.spots } }];
    }));
  }

  private async showLayer(worst: Map<string, number>, top: number): Promise<void> {
    await this.ready;
    this.set("hazards", [...worst].flatMap(([id, share]) => {
      const line = this.lines.get(id);
      return !line || line.hidden || share === 0 ? [] : [{ type: "Feature", properties: { id, share: Math.min(1, share / top), rank: line.rank }, geometry: { type: "LineString", coordinates: line.spots } }];
    }));
  }

  /** Mark links; a single one gets a ring too, since a crossing is too short to be seen from afar. */
  async point(links: string[], isRoute = false): Promise<void> {
    await this.ready;
    const drawn = isRoute || links.length === 1 ? links : links.filter((id) => !this.lines.get(id)?.hidden);
    this.map.setFilter("pointed", ["in", ["get", "id"], ["literal", drawn]]);
    const only = links.length === 1 ? this.lines.get(links[0] ?? "") : undefined;
    this.set("ring", only && !only.hidden ? [{ type: "Feature", properties: {}, geometry: { type: "Point", coordinates: only.mark } }] : []);
  }

  /** Move to what a route or some links cover. */
  async fit(spots: Spot[], instantly = false): Promise<void> {
    await this.ready;
    if (spots.length === 0) return;
    const bounds = new maplibregl.LngLatBounds();
    for (const spot of beside(spots)) bounds.extend(spot);
    const narrow = this.map.getContainer().clientWidth < 500;
    const drawer = document.getElementById("card"), isBeside = drawer !== null && !drawer.hidden && getComputedStyle(drawer).position === "absolute";
    const side = narrow ? 30 : 56, below = this.coveredBelow(), beyond = isBeside && drawer.offsetWidth < this.map.getContainer().clientWidth * 0.7 ? drawer.offsetWidth + 20 : side;
    this.map.fitBounds(bounds, { padding: { top: side, bottom: side + below, left: isRightToLeft ? beyond : side, right: isRightToLeft ? side : beyond }, maxZoom: 7, animate: !instantly && !matchMedia("(prefers-reduced-motion: reduce)").matches });
  }

  /** How high the playback and what lies below it cover the map, up to half of it. */
  private coveredBelow(): number {
    const over = document.getElementById("playback"), box = this.map.getContainer().getBoundingClientRect();
    if (!over || over.hidden) return 0;
    return Math.max(0, Math.min(box.bottom - over.getBoundingClientRect().top, box.height / 2));
  }

  /** Show a view of the address: longitude, latitude, zoom. */
  show(view: string): void {
    const [lon = 0, lat = 0, zoom = 4] = view.split(",").map(Number);
    this.map.jumpTo({ center: [lon, Math.max(-80, Math.min(80, lat))], zoom });
  }

  /** How the lines and marks that are in view are drawn. */
  inView(): Set<string> {
    if (!this.map.getLayer("marks")) return new Set();
    const strokes = Object.keys(this.study.styles).flatMap((key) => [`link-${key}`, `link-${key}${SCHEMATIC}`, `route-${key}`, `route-${key}${SCHEMATIC}`]);
    const features = this.map.queryRenderedFeatures({ layers: [...strokes, "hatch", "route-hatch", "route-others", "marks", "own"] });
    return new Set(features.map(({ layer, properties }) => (layer.id === "marks" ? `mark-${properties["icon"]}` : layer.id === "own" ? "own" : layer.id === "route-others" ? "others" : layer.id.endsWith("hatch") ? "estimate" : String(properties["drawn"]))));
  }

  /** Whether no route, place, mark or name of the answer lies under a box of the page. */
  isBare(box: DOMRect): boolean {
    const layers = ["route-others", "route-casing", "nodes", "marks"].filter((id) => this.map.getLayer(id));
    if (!layers.length) return false;
    const container = this.map.getContainer(), map = container.getBoundingClientRect();
    const corners: [[number, number], [number, number]] = [[box.left - map.left, box.top - map.top], [box.right - map.left, box.bottom - map.top]];
    const names = [...container.querySelectorAll(".label-route, .label-end, .label-named"), ...document.querySelectorAll("#playback, .maplibregl-ctrl-group")].map((name) => name.getBoundingClientRect());
    return !names.some((name) => name.left < box.right && box.left < name.right && name.top < box.bottom && box.top < name.bottom) && this.map.queryRenderedFeatures(corners, { layers }).length === 0;
  }

  /** Where links and places lie. */
  spotsOf(ids: (string | null)[]): Spot[] {
    return ids.flatMap((id) => {
      const place = id === null ? undefined : this.places.get(id);
      return id === null ? [] : place ? [place] : this.lines.get(id)?.spots ?? [];
    });
  }

  private set(source: string, features: unknown[]): void {
    (this.map.getSource(source) as maplibregl.GeoJSONSource).setData({ type: "FeatureCollection", features } as Data);
  }

  private drawnAs(layer: string): string {
    const mode = layer.split("-")[0] ?? "";
    return layer in this.study.styles ? layer : mode in this.study.styles ? mode : "rail";
  }

  /** The place nearest to a spot of the picture. */
  private nearest(point: maplibregl.Point): string | null {
    const { lng } = this.map.getCenter();
    let best: string | null = null, least = Infinity;
    for (const [id, [lon, lat]] of this.places) {
      const far = this.map.project([lon + 360 * Math.round((lng - lon) / 360), lat]).dist(point);
      if (far < least) { least = far; best = id; }
    }
    return best;
  }

  private pick(point: maplibregl.Point): void {
    const found = this.under(point);
    if (found) this.picked(found);
  }

  private under(point: maplibregl.Point): Pick | null {
    if (!this.map.getLayer("marks")) return null;
    const around = (px: number): [[number, number], [number, number]] => [[point.x - px, point.y - px], [point.x + px, point.y + px]];
    const own = this.map.queryRenderedFeatures(around(3), { layers: ["own"] })[0];
    if (own) return { kind: "own", id: String(own.properties["id"]) };
    const mark = this.map.queryRenderedFeatures(around(3), { layers: ["marks"] })[0];
    if (mark) return { kind: "link", id: String(mark.properties["id"]) };
    const node = this.map.queryRenderedFeatures(around(4), { layers: ["nodes"] })[0];
    if (node) return { kind: "node", id: String(node.properties["id"]) };
    const strokes = Object.keys(this.study.styles);
    for (const px of [2, NEAR_PX]) {
      const line = this.map.queryRenderedFeatures(around(px), { layers: [...strokes.flatMap((k) => [`route-${k}`, `route-${k}${SCHEMATIC}`]), "route-others", ...strokes.flatMap((k) => [`link-${k}`, `link-${k}${SCHEMATIC}`])] })[0];
      if (line?.source === "routes") return { kind: "route", id: String(line.properties["id"]), link: String(line.properties["link"]) };
      if (line) return { kind: "link", id: String(line.properties["id"]) };
    }
    return null;
  }
}

/** The outlines of land without the edges along which the base map is cut. */
function coast(land: Spot[][][]): { type: string; coordinates: Spot[][] } {
  const rings = land.flat(), all = rings.flat();
  const edges = [0, 1].flatMap((axis) => [Math.min, Math.max].map((far) => ({ axis, at: all.reduce((most, spot) => far(most, spot[axis] ?? 0), all[0]?.[axis] ?? 0) })));
  const lies = (a: Spot, b: Spot): boolean => edges.some(({ axis, at }) => a[axis] === at && b[axis] === at);
  const parts: Spot[][] = [];
  for (const ring of rings) {
    let part: Spot[] = [];
    ring.forEach((spot, i) => {
      const before = ring[i - 1];
      if (before && lies(before, spot)) { if (part.length > 1) parts.push(part); part = []; }
      part.push(spot);
    });
    if (part.length > 1) parts.push(part);
  }
  return { type: "MultiLineString", coordinates: parts };
}

/** A line that was cut where it passes 180 degrees, in one piece that goes on beyond them. */
function unbroken(coordinates: Spot[] | Spot[][]): Spot[] {
  if (typeof coordinates[0]?.[0] === "number") return coordinates as Spot[];
  const spots: Spot[] = [];
  for (const part of coordinates as Spot[][]) {
    for (const [lon, lat] of part) {
      const before = spots.at(-1)?.[0] ?? lon;
      const here: Spot = [lon - 360 * Math.round((lon - before) / 360), lat];
      if (here[0] !== before || here[1] !== spots.at(-1)?.[1]) spots.push(here);
    }
  }
  return spots;
}

/** Places with those on one side of the widest gap a turn further east, so that both sides of 180 degrees lie together. */
function beside(spots: Spot[]): Spot[] {
  const lons = [...new Set(spots.map(([lon]) => ((lon + 540) % 360) - 180))].sort((a, b) => a - b);
  let widest = (lons[0] ?? 0) + 360 - (lons.at(-1) ?? 0), west = -180;
  lons.forEach((lon, i) => { const gap = lon - (lons[i - 1] ?? lon); if (gap > widest) { widest = gap; west = lon; } });
  return spots.map(([lon, lat]) => { const on = ((lon + 540) % 360) - 180; return [on >= west ? on : on + 360, lat]; });
}

function apartKm(spots: Spot[]): number {
  const rad = Math.PI / 180, a: Spot = spots[0] ?? [0, 0], b: Spot = spots.at(-1) ?? [0, 0];
  const h = Math.sin(((b[1] - a[1]) * rad) / 2) ** 2 + Math.cos(a[1] * rad) * Math.cos(b[1] * rad) * Math.sin(((b[0] - a[0]) * rad) / 2) ** 2;
  return 2 * 6371 * Math.asin(Math.sqrt(h));
}

const SCHEMATIC = "-schematic"; // layers of links drawn straight, since how they run is not known
const SCHEMATIC_DASH = [2.4, 1.6];
const SIZE = 32;
function drawn(draw: (c: CanvasRenderingContext2D) => void, width = SIZE, height = SIZE): ImageData {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [width, height];
  const context = canvas.getContext("2d");
  if (!context) throw new Error("no canvas");
  context.lineCap = "round";
  draw(context);
  return context.getImageData(0, 0, width, height);
}

function twice(c: CanvasRenderingContext2D, ink: string, paper: string, path: () => void): void {
  for (const [hue, width] of [[paper, 9], [ink, 4.5]] as const) {
    c.strokeStyle = hue; c.lineWidth = width; c.beginPath(); path(); c.stroke();
  }
}

const cross = (ink: string, paper: string): ImageData => drawn((c) => twice(c, ink, paper, () => { c.moveTo(8, 8); c.lineTo(24, 24); c.moveTo(24, 8); c.lineTo(8, 24); }));
const bar = (ink: string, paper: string): ImageData => drawn((c) => twice(c, ink, paper, () => { c.moveTo(7, 16); c.lineTo(25, 16); }));
const ring = (ink: string, paper: string): ImageData => drawn((c) => {
  c.fillStyle = paper; c.strokeStyle = ink; c.lineWidth = 3; c.beginPath(); c.rect(10, 10, 12, 12); c.fill(); c.stroke();
});

const HATCH_HIGH = 10, HATCH_APART = 12; // pixels of a stroke across a line, and from one to the next
const hatch = (ink: string, paper: string): ImageData => drawn((c) => {
  for (const [hue, width] of [[paper, 5], [ink, 2.4]] as const) {
    c.strokeStyle = hue; c.lineWidth = width; c.beginPath(); c.moveTo(8, 17); c.lineTo(16, 3); c.stroke();
  }
}, 2 * HATCH_APART, 2 * HATCH_HIGH);
