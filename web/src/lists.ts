// What is on the map, as lists: borders, planned lines, hazards and every link and place by name. No mouse is needed.

import { refocus, spotOfFocus } from "./focus";
import { listed, t, tn } from "./language";
import { button, day, h, hours, megatonnes, millions, percent, usd } from "./markup";
import { layerName, placeKind, stateName } from "./described";
import { projectList, type ProjectHooks } from "./projects";
import { fold } from "./spelling";
import type { State } from "./state";
import type { CriticalStretch, Elements, Flows, Hazard, LinkProperties, Network, Study } from "./types";

const MOST = 40;
const POSTS = new Set(["border-crossing", "mountain-pass", "gauge-change-station"]);
const MIN_CLEARED_H = 2; // between places that are no posts: a train handed over within the Union is not cleared

const UNITS: Record<string, string> = { lorries: t("lorries"), wagons: t("wagons"), trains: t("trains"), vehicles: t("vehicles"), t: t("tonnes") };

/** Enter opens the first of a list that is searched, arrows go through it. */
function withKeys(field: HTMLInputElement, list: HTMLElement): void {
  const rows = (): HTMLButtonElement[] => [...list.querySelectorAll<HTMLButtonElement>("button.link")];
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter") rows()[0]?.click();
    if (event.key === "ArrowDown") { event.preventDefault(); rows()[0]?.focus(); }
  });
  list.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    const all = rows(), at = all.indexOf(document.activeElement as HTMLButtonElement) + (event.key === "ArrowDown" ? 1 : -1);
    (all[at] ?? (at < 0 ? field : all.at(-1)))?.focus();
  });
}

export class Lists {
  private search = h("input", { type: "search", id: "find", autocomplete: "off", spellcheck: "false" });
  private found = h("ul", { class: "plain", id: "found" });
  private borders = h("div", { id: "borders" });
  private borderSearch = h("input", { type: "search", id: "find-border", autocomplete: "off", spellcheck: "false" });
  private projects = h("div", { id: "projects" });
  private planned = h("ul", { class: "plain", id: "planned" });
  private hazards = h("ul", { class: "plain", id: "hazard-list" });
  private critical = h("ol", { id: "critical-list" });
  private flows = h("div", { id: "flow-list" });
  private layers = {
    hazards: h("input", { type: "checkbox", id: "layer-hazards" }), criticality: h("input", { type: "checkbox", id: "layer-criticality" }),
    flows: h("input", { type: "checkbox", id: "layer-flows" }), capacity: h("input", { type: "checkbox", id: "layer-capacity" }),
  };
  private network: Network | null = null;
  private elements: Elements = {};

  constructor(box: HTMLElement, private study: Study, private projectHooks: ProjectHooks, private also: Map<string, string[]>, private name: (id: string) => string, private card: (card: string) => void, layers: (layers: string[]) => void, private ask: (patch: Partial<State>) => void) {
    this.search.addEventListener("input", () => this.find());
    this.borderSearch.addEventListener("input", () => this.showBorders());
    for (const [field, list] of [[this.search, this.found], [this.borderSearch, this.borders]] as const) withKeys(field, list);
    for (const [name, field] of Object.entries(this.layers)) {
      field.addEventListener("change", () => {
        for (const [other, its] of Object.entries(this.layers)) if (other !== name) its.checked = false; // both would hide each other
        layers(field.checked ? [name] : []);
      });
    }
    box.append(
      h("div", { class: "field" }, h("label", { for: "find" }, t("Find a link or place")), this.search), this.found,
      h("details", { id: "borders-box" }, h("summary", {}, h("h2", {}, t("Border crossings"))),
        h("div", { class: "field" }, h("label", { for: "find-border" }, t("Find a crossing or country")), this.borderSearch), this.borders),
      h("details", { id: "projects-box" }, h("summary", {}, h("h2", {}, t("Projects: what if it were built"))),
        h("p", { class: "small" }, t("Tick what is to be taken as built. What a project needs comes with it, what it excludes goes.")), this.projects, this.planned),
      h("details", { id: "hazards-box" }, h("summary", {}, h("h2", {}, t("Hazards"))),
        h("p", {}, this.layers.hazards, " ", h("label", { for: "layer-hazards" }, t("Show on the map: stronger colour, greater chance of closure"))), this.hazards),
      h("details", { id: "critical-box" }, h("summary", {}, h("h2", {}, t("Which links matter most"))),
        h("p", {}, this.layers.criticality, " ", h("label", { for: "layer-criticality" }, t("Show on the map: stronger colour, greater loss if the link fails"))), this.critical),
      h("details", { id: "flows-box" }, h("summary", {}, h("h2", {}, t("What fits, and what jams"))),
        h("p", {}, this.layers.flows, " ", h("label", { for: "layer-flows" }, t("Show on the map what goes where: wide is much, stronger colour is fuller"))),
        h("p", {}, this.layers.capacity, " ", h("label", { for: "layer-capacity" }, t("Show on the map how full the links with a known limit are"))), this.flows),
    );
  }

  show(network: Network, elements: Elements): void {
    [this.network, this.elements] = [network, elements];
    const links = network.links.features.map((f) => f.properties);
    this.showBorders();
    const projected = new Set(this.study.projects.flatMap((p) => p.opens));
    const others = links.filter((l) => elements[l.id]?.state === "planned" && !projected.has(l.id));
    this.planned.replaceChildren(...(others.length ? [h("li", {}, h("h3", {}, t("Other planned lines")))] : []), ...others.map((l) => this.row(l.id)));
    this.find();
  }

  /** The crossings where goods are cleared, by their two countries, once where each direction is a row of its own. */
  private showBorders(): void {
    const { network, elements } = this, word = fold(this.borderSearch.value);
    if (!network) return;
    const countries = new Map(network.nodes.features.map((f) => [f.properties.id, f.properties.country]));
    const posts = new Set(network.nodes.features.map((f) => f.properties).filter((p) => POSTS.has(p.kind)).map((p) => p.id));
    const country = (node: string): string => this.study.countries[countries.get(node) ?? ""] ?? countries.get(node) ?? "";
    const groups = new Map<string, Map<string, LinkProperties>>();
    for (const { properties: link } of network.links.features) {
      const cleared = link.fixed_h ?? 0, isAtPost = posts.has(link.from) || posts.has(link.to);
      const isCrossing = link.border && (link.mode === "road" || link.mode === "rail") && (cleared >= MIN_CLEARED_H || (isAtPost && cleared > 0));
      if (!isCrossing || elements[link.id]?.state === "planned") continue;
      const pair = [country(link.from), country(link.to)].sort((a, b) => a.localeCompare(b)).join(" – ");
      if (word && ![pair, this.title(link.id), link.id].some((text) => fold(text).includes(word))) continue;
      const key = [[link.from, link.to].sort().join(" "), link.layer].join(" "), group = groups.get(pair) ?? groups.set(pair, new Map()).get(pair);
      if (!group?.has(key)) group?.set(key, link);
    }
    const pairs = [...groups].sort(([a], [b]) => a.localeCompare(b));
    this.borders.replaceChildren(...(pairs.length === 0 ? [h("p", {}, t("No crossing of that name."))] : pairs.flatMap(([pair, group]) => [
      h("h3", {}, pair), h("ul", { class: "plain" }, ...[...group.values()].sort((a, b) => this.title(a.id).localeCompare(this.title(b.id))).map((link) => this.crossing(link)))])));
  }

  private crossing(link: LinkProperties): HTMLElement {
    const element = this.elements[link.id];
    const state = !element ? t("open") : element.opens_on ? t("{state} until {day}", { state: stateName(element.state), day: day(element.opens_on) }) : stateName(element.state);
    const words = [link.hours ? t("open {hours}", { hours: link.hours.replaceAll("-", "–") }) : "", link.fixed_h ? t("takes {time}", { time: hours(link.fixed_h) }) : ""].filter((w) => w);
    return h("li", {}, button(this.title(link.id), () => this.card(`link:${link.id}`), { class: "link", "data-link": link.id }),
      h("span", { class: element ? "state-shut small" : "state-open small" }, ` ${state}`), h("span", { class: "small" }, words.length ? `${t("; ")}${words.join(t("; "))}` : ""));
  }

  showHazards(hazards: Hazard[]): void {
    this.hazards.replaceChildren(...[...hazards].sort((a, b) => b.shut_share - a.shut_share).map((hazard) =>
      h("li", {}, button(hazard.name, () => this.card(`hazard:${hazard.hazard_id}`), { class: "link" }), ` ${listed([t("{share} in 30 days", { share: percent(hazard.shut_share) }), tn("{count} link", "{count} links", hazard.links.length)])}`)));
  }

  showCriticality(rows: CriticalStretch[]): void {
    this.critical.replaceChildren(...rows.slice(0, 20).map((row) => {
      const [first, ...others] = row.element_id.split(" ") as [string, ...string[]];
      const name = others.length ? row.name : this.title(first);
      return h("li", {}, button(name, () => this.card(`link:${first}`), { class: "link" }), ` ${this.loss(row)}`);
    }));
  }

  /** What the loss of a stretch costs a year, with its band where it has one. */
  private loss({ loss_usd_per_year: loss, loss_low_usd_per_year: low, loss_high_usd_per_year: high }: CriticalStretch): string {
    if (low === null || high === null) return t("{sum} a year", { sum: millions(loss) });
    return t("{sum} a year ({low} – {high})", { sum: millions(loss), low: millions(low), high: millions(high) });
  }

  /** The map of flows as tables: what is full or dear first, then what carries most. */
  showFlows({ links, limits, t_per_year, stays_t_per_year, converged }: Flows): void {
    const heading = (...words: string[]): HTMLElement => h("tr", {}, ...words.map((w) => h("th", { scope: "col" }, w)));
    const link = (id: string): HTMLElement => button(this.title(id), () => this.card(`link:${id}`), { class: "link" });
    const use = (share: number | null): string => (share === null ? "–" : percent(share));
    this.flows.replaceChildren(
      h("p", {}, `${t("{mass} go in a year, {rest} stay.", { mass: megatonnes(t_per_year), rest: megatonnes(stays_t_per_year) })}${converged === false ? ` ${t("Not converged.")}` : ""}`),
      h("table", { id: "limits" }, h("caption", {}, t("What jams first")), h("thead", {}, heading(t("Limit"), t("From"), t("Used"), t("A slot"))), h("tbody", {}, ...limits.map((limit) =>
        h("tr", {}, h("td", {}, limit.table === "links" ? link(limit.row_id) : limit.name ?? this.name(limit.row_id), ` (${UNITS[limit.unit] ?? limit.unit})`), h("td", {}, limit.from_node_id ? this.name(limit.from_node_id) : "–"), h("td", {}, use(limit.use_share)), h("td", {}, usd(limit.price_usd)))))),
      h("table", { id: "link-flows" }, h("caption", {}, t("What carries most")), h("thead", {}, heading(t("Link"), t("A year"), t("Used"))), h("tbody", {}, ...links.slice(0, 20).map((row) =>
        h("tr", {}, h("td", {}, link(row.link_id)), h("td", {}, megatonnes(row.t_per_year)), h("td", {}, use(row.use_share)))))));
  }

  sayFlows(...words: (string | Node)[]): void { this.flows.replaceChildren(h("p", { class: "small said-here" }, ...words)); }

  sayCriticality(...words: (string | Node)[]): void { this.critical.replaceChildren(h("li", { class: "small said-here" }, ...words)); }

  showState(state: State): void {
    for (const [name, field] of Object.entries(this.layers)) field.checked = state.layers.includes(name);
    const spot = spotOfFocus();
    this.projects.replaceChildren(...projectList(this.study, state, this.projectHooks));
    refocus(spot);
  }

  title(id: string): string {
    const link = this.network?.links.features.find((f) => f.properties.id === id)?.properties;
    return link ? `${this.name(link.from)} – ${this.name(link.to)}, ${layerName(link.layer)}` : this.name(id);
  }

  private row(id: string): HTMLElement {
    const element = this.elements[id];
    const words = !element ? "" : ` ${element.state !== "planned" && element.opens_on ? t("{state} until {day}", { state: stateName(element.state), day: day(element.opens_on) }) : stateName(element.state)}`;
    return h("li", {}, button(this.title(id), () => this.card(`link:${id}`), { class: "link", "data-link": id }), h("span", { class: words ? "state-shut small" : "small" }, words));
  }

  private find(): void {
    const word = fold(this.search.value);
    if (word.length < 2 || !this.network) { this.found.replaceChildren(); return; }
    const places = this.network.nodes.features.map((f) => f.properties).filter((p) => [p.name, p.id, ...(this.also.get(p.id) ?? [])].some((name) => fold(name).includes(word)));
    const links = this.network.links.features.map((f) => f.properties.id).filter((id) => [this.title(id), id].some((name) => fold(name).includes(word)));
    this.found.replaceChildren(
      ...places.slice(0, MOST / 2).map((p) => h("li", {}, button(p.name, () => this.card(`node:${p.id}`), { class: "link" }), h("span", { class: "small" }, ` ${listed([placeKind(p.kind), this.study.countries[p.country] ?? p.country])}`),
        h("span", { class: "ends" }, button(t("From here"), () => this.ask({ origin: p.id }), { class: "end" }), button(t("To here"), () => this.ask({ destination: p.id }), { class: "end" })))),
      ...links.slice(0, MOST).map((id) => this.row(id)),
      ...(places.length + links.length === 0 ? [h("li", {}, t("Nothing of that name."))] : []));
  }
}
