// The page: one state, one address; what differs is asked again and drawn again.

import "./style.css";

import { ask, cancel, Failed, isAborted, onProgress, tellProgress } from "./api";
import { Calendar } from "./calendar";
import { opened, showCard, type CardHooks } from "./card";
import { distance } from "./distance";
import { legend } from "./legend";
import { Lists } from "./lists";
import { TheMap, type Pick } from "./map";
import { at, button, day, download, h } from "./markup";
import { pareto } from "./pareto";
import { picture } from "./picture";
import { Question } from "./question";
import { ordered, showLegs, showRoutes, type Hooks } from "./routes";
import { saveDialog } from "./saving";
import { asQuery, fromAddress, routesOf, stateOf, toAddress, tripOf, type State } from "./state";
import type { Answer, Critical, Departure, Elements, Ground, Hazard, LinkCard, Network, Study } from "./types";

class Page {
  private state: State;
  private map: TheMap | null = null;
  private question: Question;
  private lists: Lists;
  private network: Network | null = null;
  private elements: Elements = {};
  private answer: Answer | null = null;
  private done: Record<string, string> = {};
  private year: Departure[] = [];
  private names = new Map<string, string>();
  private save;

  constructor(private study: Study, private land: Ground) {
    for (const place of study.places) this.names.set(place.id, place.name);
    this.state = fromAddress(location.search, study);
    at("title").textContent = study.title;
    document.title = `${study.title} – corridor`;
    at("credit").textContent = study.credit;
    this.question = new Question(study, (patch, keep) => this.change(patch, keep), (id) => this.name(id));
    this.lists = new Lists(this.question.listBox, (id) => this.name(id), (card) => this.change({ card }), (layers) => this.change({ layers }));
    this.save = saveDialog(() => this.state, async (scenario) => {
      this.study = await ask<Study>("study", "/api/study");
      location.assign(toAddress({ ...this.state, scenario, close: [], open: [], with_changes: [], choose: [] }));
    });
    this.tools();
    this.progress();
    window.addEventListener("popstate", () => { this.state = fromAddress(location.search, this.study); void this.refresh(); });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.recolour());
  }

  async begin(): Promise<void> {
    if (this.study.trouble) this.say(`The files of the study were changed and cannot be used; this is their last good state. ${this.study.trouble}`);
    try {
      this.map = new TheMap(at("map"), this.study, this.land, (pick) => { void this.picked(pick); }, (route) => this.hover(route));
      (window as unknown as Record<string, unknown>)["corridor"] = { map: this.map.map };
    } catch {
      at("map").hidden = true;
      at("map-words").hidden = false;
      at("map-words").textContent = "This browser draws no map: WebGL is missing or switched off. Everything else works: choose links and borders from the lists beside, and follow the routes leg by leg.";
    }
    history.replaceState(null, "", toAddress(this.state));
    await this.refresh(true);
  }

  /** Take a change of state; keep: replace the address instead of adding a step back. */
  change(patch: Partial<State>, keep = false): void {
    this.state = { ...this.state, ...patch };
    if (keep || toAddress(this.state) === location.search) history.replaceState(null, "", toAddress(this.state));
    else history.pushState(null, "", toAddress(this.state));
    void this.refresh();
  }

  private async refresh(first = false): Promise<void> {
    const state = this.state;
    this.question.show(state);
    this.lists.showState(state);
    at("answer").setAttribute("aria-busy", "true");
    try {
      await Promise.all([this.reNetwork(state), this.reRoutes(state)]);
      if (state !== this.state) return;
      this.draw(first);
      await this.reCard(state);
      await this.reHazards(state);
      await this.reCriticality(state);
      document.documentElement.setAttribute("data-shown", toAddress(state));
      await this.reCalendar(state);
    } catch (problem) {
      if (!isAborted(problem)) this.say(problem instanceof Error ? problem.message : String(problem));
    } finally {
      if (state === this.state) at("answer").removeAttribute("aria-busy");
    }
  }

  /** Ask again only where the words of the question differ from the last ones answered. */
  private async again<T>(kind: string, address: string, body: unknown, take: (answer: T) => void): Promise<void> {
    const words = `${address} ${JSON.stringify(body)}`;
    if (this.done[kind] === words) return;
    const answer = await ask<T>(kind, address, body);
    this.done[kind] = words;
    take(answer);
  }

  private reNetwork({ scenario, choose, with_changes, depart }: State): Promise<void> {
    return this.again<Network>("network", `/api/network?${asQuery({ scenario, choose, with_changes, on: `${depart.slice(0, 4)}-01-01` })}`, undefined, (network) => {
      this.network = network;
      for (const f of network.nodes.features) this.names.set(f.properties.id, f.properties.name);
      for (const f of network.links.features) this.names.set(f.properties.id, `${this.name(f.properties.from)} – ${this.name(f.properties.to)}${f.properties.mode === "rail" ? " by rail" : ""}`);
    });
  }

  private async reRoutes(state: State): Promise<void> {
    const words = JSON.stringify(routesOf(state));
    if (this.done["routes"] === words) return;
    try {
      this.answer = await ask<Answer>("routes", "/api/routes", routesOf(state));
      this.elements = this.answer.elements;
      this.say(this.sentence(state));
      this.done["routes"] = words;
    } catch (problem) {
      if (isAborted(problem)) throw problem;
      const { elements } = await ask<{ elements: Elements }>("openings", "/api/openings", { ...stateOf(state), on: state.depart });
      this.elements = elements;
      this.answer = { pareto_count: 0, reason: problem instanceof Error ? problem.message : String(problem), warnings: [], routes: [], openings: [], elements };
      this.say(this.answer.reason ?? "");
      if (problem instanceof Failed && problem.error === "too-many-ways") at("said").append(" ", button("Compare time and cost only", () => this.change({ criteria: ["time", "cost"] })));
    }
  }

  private sentence(state: State): string {
    const best = this.answer?.routes[0], head = `${this.name(state.origin)} to ${this.name(state.destination)}, leaving ${day(state.depart)}: `;
    if (!this.answer || !best) return `${head}no route.`;
    return `${head}${this.answer.pareto_count} routes worth taking; the quickest takes ${((best.time_p50_h ?? best.time_h) / 24).toFixed(1)} days through ${best.countries.join(", ")}.`;
  }

  private async reCard(state: State): Promise<void> {
    if (!state.card) { at("card").hidden = true; this.done["card"] = ""; void this.map?.point([]); return; }
    const words = JSON.stringify([state.card, stateOf(state), state.depart]);
    if (this.done["card"] === words) return;
    const isNew = !(this.done["card"] ?? "").startsWith(JSON.stringify([state.card]).slice(0, -1));
    try {
      await showCard(state.card, state, this.cardHooks());
    } catch (problem) {
      if (isAborted(problem)) throw problem;
      at("card").replaceChildren(button("✕", () => this.change({ card: null }), { "aria-label": "Close the card", class: "close" }), h("p", { class: "problem" }, problem instanceof Error ? problem.message : String(problem)));
      at("card").hidden = false;
    }
    this.done["card"] = words;
    if (isNew) at("card").focus({ preventScroll: false });
  }

  private reHazards({ scenario, choose, with_changes, close, open, depart, layers }: State): Promise<void> {
    if (!layers.includes("hazards")) void this.map?.showHazards([]);
    return this.again<{ hazards: Hazard[] }>("hazards", `/api/hazards?${asQuery({ scenario, choose, with_changes, close, open, on: depart })}`, undefined, ({ hazards }) => {
      this.hazards = hazards;
      this.lists.showHazards(hazards);
    }).then(() => { if (layers.includes("hazards")) void this.map?.showHazards(this.hazards); });
  }
  private hazards: Hazard[] = [];

  /** Ask what can least be spared only where it is shown: it takes a second or two. */
  private async reCriticality({ scenario, choose, with_changes, close, open, depart, layers }: State): Promise<void> {
    if (!layers.includes("criticality")) return;
    await this.again<{ links: Critical[] }>("criticality", `/api/criticality?${asQuery({ scenario, choose, with_changes, close, open, on: depart })}`, undefined, ({ links }) => {
      this.critical = links;
      this.lists.showCriticality(links);
    });
    void this.map?.showCriticality(this.critical);
  }
  private critical: Critical[] = [];

  private async reCalendar(state: State): Promise<void> {
    const year = state.depart.slice(0, 4), { depart: _, ...trip } = tripOf(state);
    const words = JSON.stringify([year, trip]);
    if (this.done["calendar"] === words || this.answer?.routes.length === 0 && !this.answer.openings.length) return;
    const rows: Departure[] = [];
    for (const [i, quarter] of Calendar.quarters(year).entries()) {
      tellProgress(i / 4);
      const part = await ask<{ departures: Departure[] }>("calendar", "/api/calendar", { ...trip, ...quarter });
      rows.push(...part.departures);
      this.question.calendar.show(year, rows, this.study.hues);
    }
    tellProgress(null);
    this.year = rows;
    this.done["calendar"] = words;
  }

  private draw(first = false): void {
    const { answer, network, state } = this;
    if (!answer || !network) return;
    const shown = ordered(answer.routes, state.weights);
    const selected = answer.routes.find((r) => r.letter === state.route) ?? shown[0] ?? null;
    const hooks = this.hooks();
    showRoutes(answer, shown, selected?.route_id ?? null, hooks);
    showLegs(selected, hooks);
    at("charts").replaceChildren(...(answer.routes.length ? [
      pareto(answer.routes, selected?.route_id ?? null, hooks.select, hooks.hover),
      distance(answer.routes, this.study.styles, selected?.route_id ?? null, hooks.select, hooks.hover)] : []));
    this.lists.show(network, this.elements);
    legend(at("legend"), this.study.styles, new Set([...network.links.features.map((f) => f.properties.layer), ...network.links.features.map((f) => f.properties.mode), "planned", "closed"]));
    void this.map?.showNetwork(network, this.elements).then(() => this.map?.showRoutes(answer.routes, selected?.route_id ?? null)).then(() => {
      if (first && this.map) void this.map.fit(this.map.spotsOf(answer.routes.filter((r) => !r.modes.includes("sea")).flatMap((r) => r.legs.map((l) => l.link_id))), true);
    });
  }

  private hooks(): Hooks {
    return {
      select: (id) => this.change({ route: this.answer?.routes.find((r) => r.route_id === id)?.letter ?? null }, true),
      hover: (id) => this.hover(id), card: (card) => this.change({ card }), open: (links) => this.change(opened(this.state, links)),
      fewer: () => this.change({ criteria: ["time", "cost"] }), name: (id) => this.name(id),
    };
  }

  private cardHooks(): CardHooks {
    return { change: (patch) => this.change(patch), show: (card) => this.change({ card }), point: (links) => { void this.map?.point(links); }, name: (id) => this.name(id), study: this.study };
  }

  private hover(route: string | null): void {
    for (const node of document.querySelectorAll<HTMLElement | SVGElement>("[data-route]")) node.classList.toggle("hovered", node.dataset["route"] === route);
    if (this.state.card) return;
    const links = this.answer?.routes.find((r) => r.route_id === route)?.legs.flatMap((l) => l.link_id ?? []) ?? [];
    void this.map?.point(links);
  }

  /** A click on the map: a planned line opens at once, all else shows its card. */
  private async picked(pick: Pick): Promise<void> {
    if (pick.kind === "link" && this.elements[pick.id]?.state === "planned") {
      try {
        const card = await ask<LinkCard>("card", `/api/links/${encodeURIComponent(pick.id)}?${asQuery({ ...stateOf(this.state), on: this.state.depart })}`);
        this.change({ ...opened(this.state, card.opened_by[0]?.links ?? [pick.id]), card: `link:${pick.id}` });
      } catch (problem) {
        if (!isAborted(problem)) this.say(problem instanceof Error ? problem.message : String(problem));
      }
    } else this.change({ card: `${pick.kind}:${pick.id}` });
  }

  private name(id: string): string { return this.names.get(id) ?? id; }
  private say(words: string): void { at("said").textContent = words; }

  private recolour(): void {
    void this.map?.restyle();
    this.draw();
    if (this.year.length) this.question.calendar.draw();
  }

  private tools(): void {
    const asked = (): string => asQuery(routesOf(this.state));
    const file = (ending: string): string => `${this.state.origin}-${this.state.destination}-${this.state.depart}.${ending}`;
    const fetched = async (path: string, name: string): Promise<void> => {
      const reply = await fetch(`${path}?${asked()}`);
      if (reply.ok) download(name, await reply.blob());
      else this.say(((await reply.json()) as { message: string }).message);
    };
    const menu = h("details", { class: "menu" }, h("summary", {}, "Download"), h("div", {},
      button("Routes, GeoJSON", () => { void fetched("/api/routes.geojson", file("geojson")); }),
      button("Routes, CSV", () => { void fetched("/api/routes.csv", file("csv")); }),
      button("Legs, CSV", () => { void fetched("/api/legs.csv", `legs-${file("csv")}`); }),
      button("Map, PNG", () => {
        if (this.map) void picture(this.map, at("said").textContent ?? "", this.study.credit).then((blob) => download(file("png"), blob));
        else this.say("There is no map to keep: WebGL is missing.");
      })));
    const theme = button("Light or dark", () => {
      const isDark = document.documentElement.dataset["theme"] ? document.documentElement.dataset["theme"] === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
      document.documentElement.dataset["theme"] = isDark ? "light" : "dark";
      this.recolour();
    });
    const share = button("Copy address", () => {
      void navigator.clipboard.writeText(location.href).then(() => this.say("The address is copied: it says all that is asked and shown."), () => this.say(`Copy the address from the browser's bar: ${location.href}`));
    });
    at("tools").append(share, menu, button("Save scenario", () => this.save.open(), { id: "save" }), theme);
  }

  private progress(): void {
    const bar = h("progress", { "aria-label": "Computing", max: 1 }), stop = button("Cancel", () => { cancel(); this.say("Stopped. What is shown is the last answer."); });
    at("progress").append(bar, stop);
    let timer = 0;
    onProgress((running, share) => {
      if (share === null) bar.removeAttribute("value");
      else bar.value = share;
      if (running === 0) { window.clearTimeout(timer); timer = 0; at("progress").hidden = true; } else if (timer === 0) timer = window.setTimeout(() => { at("progress").hidden = false; }, 350);
    });
  }
}

async function start(): Promise<void> {
  try {
    const [study, land] = await Promise.all([ask<Study>("study", "/api/study"), ask<Ground>("basemap", "/api/basemap")]);
    await new Page(study, land).begin();
  } catch (problem) {
    at("said").textContent = `The study cannot be shown: ${problem instanceof Error ? problem.message : String(problem)}`;
  }
}

void start();
