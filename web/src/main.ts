// The page: one state, one address; what differs is asked again and drawn again.

import "./style.css";

import { ask, Failed, isAborted, isLate, words } from "./api";
import { lookedFrom, sayArrival, showArrival, type ArriveBy } from "./arrival";
import { opened, showCard, type CardHooks } from "./card";
import { isDark, keepTheme, takeTheme } from "./colours";
import { closureText, layerName, stateName } from "./described";
import { ghosts, showComparison } from "./difference";
import { distance } from "./distance";
import { lifted, passedOver, wayOut, type WayOutHooks } from "./deadends";
import { downloadMenu } from "./downloads";
import { ESTIMATES, estimatesCounted, isEstimate } from "./estimates";
import { refocus, spotOfFocus, type FocusSpot } from "./focus";
import { language, languageAsked, listed, t, tn } from "./language";
import { Layers, layersOn, opacitiesOf } from "./layers";
import { legend } from "./legend";
import { Lists } from "./lists";
import { TheMap, type Pick } from "./map";
import { at, button, day, days, h, km, medianHours, usd } from "./markup";
import { Names } from "./names";
import { OwnFile } from "./ownfile";
import { pareto } from "./pareto";
import { picture } from "./picture";
import { showPlaceMenu } from "./placemenu";
import { Playback } from "./playback";
import { showProgress } from "./progress";
import { openers } from "./projects";
import { Question, SERVICE_CLASSES, STANCES } from "./question";
import { ordered, quickest, sorted, showLegs, showRoutes, type Hooks } from "./routes";
import { saveDialog } from "./saving";
import { asQuery, baselineOf, fromAddress, goodsOf, isDay, routesOf, stateOf, toAddress, tripOf, type State } from "./state";
import { Swipe } from "./swipe";
import { Year } from "./year";
import type { Answer, Critical, CriticalStretch, Details, Elements, Flows, Ground, Hazard, LinkFlow, Network, Route, Study } from "./types";

class Page {
  private state: State;
  private map: TheMap | null = null;
  private playback: Playback | null = null;
  private swipe: Swipe | null = null;
  private question: Question;
  private lists: Lists;
  private layers: Layers;
  private own: OwnFile;
  private network: Network | null = null;
  private elements: Elements = {};
  private answer: Answer | null = null;
  private done: Record<string, string> = {};
  private year = new Year();
  private names: Names;
  private save;

  constructor(private study: Study, private land: Ground) {
    this.names = new Names(study);
    this.state = fromAddress(location.search, study);
    at("title").textContent = study.title;
    document.title = `${study.title} – corridor`;
    at("credit-text").textContent = study.credit;
    const isNarrow = matchMedia("(min-width: 901px) and (max-width: 1250px)"), credit = at("credit") as HTMLDetailsElement;
    credit.open = !isNarrow.matches;
    isNarrow.addEventListener("change", () => { credit.open = !isNarrow.matches; });
    this.question = new Question(study, (patch, keep) => this.change(patch, keep), (id) => this.name(id));
    const projectHooks = { build: (projects: string[]) => this.change({ projects }), card: (card: string) => this.change({ card }), name: (id: string) => this.name(id), fit: null };
    this.lists = new Lists(this.question.listBox, study, projectHooks, new Map(study.places.map((p) => [p.id, p.also])), (id) => this.name(id), (card) => this.change({ card }), (layers) => this.change({ layers: [...layers, ...this.state.layers.filter((name) => name === ESTIMATES)] }), (patch) => this.change(patch));
    this.layers = new Layers(this.question.listBox, {
      show: (layer, isShown) => this.change({ layers: [...this.state.layers.filter((name) => name !== layer), ...(isShown ? [layer] : [])] }),
      fade: (opacity, isLast) => { if (isLast) this.moved({ opacity }); this.fade(opacity); },
    });
    this.own = new OwnFile({
      show: (spots) => { void this.map?.showOwn(spots); this.layers.show(this.state.layers, this.layersOn(), this.state.opacity, null); this.fade(this.state.opacity); },
      fit: (spots) => { void this.map?.fit(spots); },
    });
    this.save = saveDialog(() => this.state, async (scenario) => {
      this.study = await ask<Study>("study", "/api/study");
      location.assign(toAddress({ ...this.state, scenario, close: [], open: [], projects: [], with_changes: [], choose: [] }));
    });
    this.tools();
    showProgress(() => this.stale(t("Stopped.")));
    window.addEventListener("beforeprint", () => { // the map as it stands, made as wide as the paper
      const { clientWidth: wide, clientHeight: high } = at("map-box"), root = document.documentElement.style;
      (at("credit") as HTMLDetailsElement).open = true;
      root.setProperty("--map-wide", `${wide}px`);
      root.setProperty("--map-high", `${high}px`);
      root.setProperty("--map-zoom", String(Math.min(1, PAPER_PX / wide, PAPER_PX / high)));
    });
    document.addEventListener("toggle", (event) => this.sectionsToggled(event.target), true);
    document.addEventListener("keydown", (event) => {
      const isOfAnother = event.defaultPrevented || document.querySelector("dialog[open]") !== null;
      if (event.key === "Escape" && this.state.card && !isOfAnother) this.change({ card: null });
    });
    window.addEventListener("popstate", () => { this.following = null; this.state = fromAddress(location.search, this.study); void this.refresh(); });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.recolour());
  }

  async begin(): Promise<void> {
    if (this.study.trouble) this.say(`${t("The files of the study were changed and cannot be used; this is their last good state.")} ${this.study.trouble}`);
    try {
      this.map = new TheMap(at("map"), this.study, this.land, (pick) => this.picked(pick), (route) => this.hover(route), (pick) => this.words(pick), (place, x, y) => this.askFrom(place, x, y), (view) => this.moved({ view }), (id) => this.name(id));
      this.map.map.on("idle", () => this.showLegend());
      this.overMap(this.map);
      (window as unknown as Record<string, unknown>)["corridor"] = { map: this.map.map };
    } catch {
      at("map").hidden = true;
      at("map-words").hidden = false;
      at("map-words").textContent = t("This browser draws no map: WebGL is missing or switched off. Everything else works: choose links and borders from the lists beside, and follow the routes leg by leg.");
    }
    this.note = passedOver(new URLSearchParams(location.search), this.state);
    if (this.note) this.note += " ";
    if (languageAsked !== language) this.note += t("The address asks for the language '{code}', which the page does not speak. ", { code: languageAsked });
    history.replaceState(null, "", toAddress(this.state));
    this.say(t("Looking for routes ..."));
    await this.refresh(true);
    void ask<Details>("details", "/api/basemap/details").then((details) => { this.details = details; void this.map?.showDetails(details); }, () => undefined); // the map is whole without them
    this.note = "";
  }

  /** Take a change of state; keep: replace the address instead of adding a step back. */
  change(patch: Partial<State>, keep = false): void {
    this.following = "route" in patch || !this.state.route ? null : this.selected()?.corridor ?? null;
    const isNewTrip = (["origin", "destination"] as const).some((key) => patch[key] !== undefined && patch[key] !== this.state[key]);
    const sections = this.openSections(); // a toggle may be told later than a key that was typed after it
    this.state = { ...this.state, sections, ...(isNewTrip ? { view: "" } : {}), ...patch };
    if (keep || toAddress(this.state) === location.search) history.replaceState(null, "", toAddress(this.state));
    else history.pushState(null, "", toAddress(this.state));
    void this.refresh();
  }

  /** Keep in the address how the page is looked at, which asks nothing new: the view of the map, the sections that are open, the strength of layers. */
  private moved(patch: { view: string } | { sections: string[] } | { swipe: string } | { opacity: string[] }): void {
    const root = document.documentElement, isShown = root.getAttribute("data-shown") === toAddress(this.state);
    Object.assign(this.state, patch);
    history.replaceState(null, "", toAddress(this.state));
    if (isShown) root.setAttribute("data-shown", toAddress(this.state));
  }

  private sectionsToggled(target: EventTarget | null): void {
    if (!(target instanceof HTMLDetailsElement) || !target.id || !at("question").contains(target)) return;
    const sections = this.openSections();
    if (sections.join() !== this.state.sections.join()) this.moved({ sections });
  }

  private openSections(): string[] { return this.sections().filter((box) => box.open).map((box) => box.id); }

  private sections(): HTMLDetailsElement[] { return [...at("question").querySelectorAll<HTMLDetailsElement>("details[id]")]; }

  private async refresh(first = false): Promise<void> {
    const state = this.state;
    this.question.show(state);
    this.lists.showState(state);
    for (const box of this.sections()) box.open = state.sections.includes(box.id);
    at("answer").setAttribute("aria-busy", "true");
    this.beginYear(state);
    try {
      const routes = this.reRoutes(state);
      routes.catch(() => undefined); // told below; the network may fail first
      await this.reNetwork(state);
      if (!this.answer) await Promise.race([routes, this.drawEarly(state).catch(() => routes)]);
      await routes;
      if (state !== this.state) return;
      this.draw(first);
      await this.reCard(state);
      await this.reHazards(state);
      await this.reCriticality(state);
      await this.reFlows(state);
      await this.reSwipe(state);
      document.documentElement.setAttribute("data-shown", toAddress(state));
      await this.reArrival(state);
      await this.reCalendar(state);
    } catch (problem) {
      if (isAborted(problem) || state !== this.state) return;
      this.fail(problem);
      if (problem instanceof Failed && problem.status >= 400 && problem.status < 500) { // that is the answer
        this.drawEmpty();
        document.documentElement.setAttribute("data-shown", toAddress(state));
      }
    } finally {
      if (state === this.state) at("answer").removeAttribute("aria-busy");
    }
  }

  /** Draw the network while the first routes are still looked for. */
  private async drawEarly(state: State): Promise<void> {
    const { elements } = await ask<{ elements: Elements }>("early", "/api/openings", { ...stateOf(state), on: state.depart });
    if (this.answer || !this.network || state !== this.state) return;
    this.elements = elements;
    this.lists.show(this.network, elements);
    await this.map?.showNetwork(this.network, elements);
  }

  /** Draw the network alone, where the question has no answer. */
  private drawEmpty(): void {
    this.elements = this.network?.elements ?? {};
    this.answer = nothing(this.elements);
    this.done["routes"] = "";
    this.draw(true);
  }

  /** Say what went wrong and offer what may mend it. */
  private fail(problem: unknown): void {
    if (!(problem instanceof Failed)) { this.say(words(problem)); return; }
    if (isLate(problem)) { this.stale(words(problem)); return; }
    const { text, mends } = wayOut(problem, this.outHooks());
    this.say(text, ...mends);
  }

  private outHooks(): WayOutHooks { return { state: this.state, study: this.study, name: (id) => this.name(id), change: (patch) => this.change(patch) }; }

  /** Say why there is no newer answer, and offer to ask again. */
  private stale(why: string): void {
    this.say(`${why} ${this.answer ? t("What is shown is the last answer.") : ""}`, this.askAgain("ask-again"));
  }

  private askAgain(id: string): HTMLElement { return button(t("Ask again"), () => { void this.refresh(); }, { id }); }

  /** Ask again only where the words of the question differ from the last ones answered; begun: what to do before. */
  private async again<T>(kind: string, address: string, body: unknown, take: (answer: T) => void, begun?: () => void): Promise<void> {
    const question = `${address} ${JSON.stringify(body)}`;
    if (this.done[kind] === question) return;
    begun?.();
    const answer = await ask<T>(kind, address, body);
    this.done[kind] = question;
    take(answer);
  }

  /** Ask again what takes seconds: say meanwhile, where the answer will stand, what is done, or what went wrong and how to ask once more. Tell whether there is an answer. */
  private async againSlowly<T>(kind: string, address: string, body: unknown, say: (...words: (string | Node)[]) => void, task: string, take: (answer: T) => void): Promise<boolean> {
    const { state } = this;
    try {
      await this.again(kind, address, body, take, () => say(task));
      return true;
    } catch (problem) {
      if (state === this.state) say(...this.without(problem, `ask-${kind}`));
      if (isAborted(problem)) throw problem;
      return false;
    }
  }

  /** Say why an answer is missing, with a way to ask again where that may bring it. */
  private without(problem: unknown, id: string): (string | Node)[] {
    const why = isAborted(problem) ? t("Stopped.") : words(problem);
    return isAborted(problem) || isLate(problem) ? [`${why} `, this.askAgain(id)] : [why];
  }

  private reNetwork({ depart, ...state }: State): Promise<void> {
    const { study } = this; // the map is drawn without what the study does not have
    const scenario = study.scenarios.some((s) => s.id === state.scenario) ? state.scenario : study.default_scenario;
    const projects = state.projects.filter((id) => study.projects.some((p) => p.project_id === id)), with_changes = state.with_changes.filter((id) => id in study.changes);
    const choose = state.choose.filter((words) => { const [parameter = "", option] = words.split(":"); return study.parameters[parameter]?.some((o) => o.option === option); });
    return this.again<Network>("network", `/api/network?${asQuery({ scenario, choose, with_changes, projects, on: `${depart.slice(0, 4)}-01-01` })}`, undefined, (network) => {
      this.network = network;
      this.names.learn(network);
      this.question.showWhatIf(this.state);
    });
  }

  private async reRoutes(state: State): Promise<void> {
    const asked = JSON.stringify(routesOf(state));
    if (this.done["routes"] === asked) return;
    try {
      if (state.origin === state.destination) throw new Failed(422, "same-place", t("From and to are the same place, {place}: nothing has to be carried.", { place: this.name(state.origin) }));
      this.answer = await ask<Answer>("routes", "/api/routes", routesOf(state));
      this.elements = this.answer.elements;
      this.follow(state);
      const isBound = this.answer.conditions.length > 0; // what was asked leaves no route
      this.sayAnswer(state, ...(isBound ? lifted(this.outHooks()).map(([, mend]) => mend) : []));
      this.done["routes"] = asked;
    } catch (problem) {
      if (isAborted(problem) || !(problem instanceof Failed) || isLate(problem)) throw problem;
      this.fail(problem);
      const { elements } = await ask<{ elements: Elements }>("openings", "/api/openings", { ...stateOf(state), on: state.depart });
      this.elements = elements;
      this.done["routes"] = ""; // what is shown answers no question
      this.answer = nothing(elements);
    }
  }

  private note = "";

  /** Keep to the corridor chosen where another day or what-if gives it another letter. */
  private follow(state: State): void {
    const same = this.following && this.answer?.routes.find((r) => r.corridor === this.following);
    if (!same || same.letter === state.route || state !== this.state) return;
    state.route = same.letter;
    history.replaceState(null, "", toAddress(state));
  }
  private following: string | null = null;

  /** Say what the answer comes to; what it takes more than the baseline first. */
  private sayAnswer(state: State, ...more: Node[]): void {
    const sentence = this.sentence(state), baseline = this.answer?.baseline;
    if (baseline) at("said").replaceChildren(h("b", { id: "difference" }, this.names.within(baseline.sentence)), " ", h("span", { class: "small" }, sentence), ...more);
    else this.say(sentence, ...more);
  }

  /** What a picture of the map shows: the question, the route drawn, and the difference. */
  private caption(): string {
    const { state, answer } = this, route = this.selected();
    const head = t("{origin} to {destination}, leaving {day}.", { origin: this.name(state.origin), destination: this.name(state.destination), day: day(state.depart) });
    const drawn = route ? ` ${t("Route {letter}: {figures}.", { letter: route.letter, figures: listed([route.corridor, days(medianHours(route)), usd(route.cost_usd)]) })}` : "";
    return `${head}${drawn}${answer?.baseline ? ` ${answer.baseline.sentence}` : ""}`;
  }

  private sentence(state: State): string {
    const { deadline, max_transshipments: most, carrier, service_class, sanctions } = state;
    const isContainer = this.study.cargoes.find((c) => c.cargo_id === state.cargo)?.form === "container";
    const asked = [
      state.units > 1 ? (isContainer ? tn("{count} box", "{count} boxes", state.units) : tn("{count} unit", "{count} units", state.units)) : "",
      deadline ? t("there by the end of {day}", { day: day(deadline) }) : "", most ? tn("at most {count} transshipment", "at most {count} transshipments", Number(most)) : "",
      carrier ? t("a carrier of {country}", { country: this.study.countries[carrier] ?? carrier }) : "", service_class ? SERVICE_CLASSES.find(([c]) => c === service_class)?.[1] ?? "" : "",
      sanctions ? t("sanctions: {stance}", { stance: STANCES.find(([s]) => s === sanctions)?.[1] ?? sanctions }) : "",
    ];
    const trip = t("{origin} to {destination}, leaving {day}", { origin: this.name(state.origin), destination: this.name(state.destination), day: day(state.depart) });
    const best = this.answer && quickest(this.answer.routes), question = listed([trip, ...asked.filter((w) => w)]);
    if (!this.answer || !best) return `${this.note}${t("{question}: no route.", { question })}`;
    const cheapest = this.answer.routes.reduce((a, b) => (b.cost_usd < a.cost_usd ? b : a));
    const head = t("{question}: {routes}.", { question, routes: tn("{count} distinct route", "{count} distinct routes", this.answer.routes.length) });
    const quick = `${this.note}${head} ${t("Quickest: {letter}, {time} by {corridor}.", { letter: best.letter, time: days(medianHours(best)), corridor: best.corridor })}`;
    return cheapest === best ? quick : `${quick} ${t("Cheapest: {letter}, {price} by {corridor}.", { letter: cheapest.letter, price: usd(cheapest.cost_usd), corridor: cheapest.corridor })}`;
  }

  private async reCard(state: State): Promise<void> {
    if (!state.card) { this.closeCard(); return; }
    const asked = JSON.stringify([state.card, stateOf(state), state.depart, goodsOf(state, this.study)]);
    if (this.done["card"] === asked) return;
    const isNew = !(this.done["card"] ?? "").startsWith(JSON.stringify([state.card]).slice(0, -1)), spot = spotOfFocus();
    if (at("card").hidden) this.opener = spot;
    let isMissing = false;
    try {
      await showCard(state.card, state, this.cardHooks());
    } catch (problem) {
      if (isAborted(problem)) throw problem;
      isMissing = isLate(problem);
      at("card").replaceChildren(button("✕", () => this.change({ card: null }), { "aria-label": t("Close the card"), class: "close" }), h("p", { class: "problem" }, problem instanceof Failed && problem.status === 404 ? t("The study has nothing of this name.") : words(problem)), isMissing ? this.askAgain("ask-card") : "", button(t("Close the card"), () => this.change({ card: null })));
      at("card").hidden = false;
    }
    this.done["card"] = isMissing ? "" : asked;
    if (!isNew) { refocus(spot); return; }
    at("card").focus({ preventScroll: true });
    at("card").scrollIntoView({ block: "start" });
  }

  /** Close the card; the focus goes back to what opened it. */
  private closeCard(): void {
    const card = at("card"), hadFocus = card.contains(document.activeElement);
    card.hidden = true;
    this.done["card"] = "";
    void this.map?.point([]);
    if (!hadFocus) return;
    (document.activeElement as HTMLElement).blur();
    refocus(this.opener, {});
  }
  private opener: FocusSpot | null = null;

  private reHazards(state: State): Promise<void> {
    const { depart, layers } = state;
    if (!layers.includes("hazards")) void this.map?.showHazards([]);
    return this.again<{ hazards: Hazard[] }>("hazards", `/api/hazards?${asQuery({ ...stateOf(state), on: depart })}`, undefined, ({ hazards }) => {
      this.hazards = hazards;
      this.lists.showHazards(hazards);
    }).then(() => { if (layers.includes("hazards")) void this.map?.showHazards(this.hazards); });
  }
  private hazards: Hazard[] = [];

  /** Ask which links matter most only where it is shown: it takes a second or two. */
  private async reCriticality(state: State): Promise<void> {
    const { depart, layers } = state;
    if (!layers.includes("criticality")) return;
    const address = `/api/criticality?${asQuery({ ...stateOf(state), on: depart })}`;
    const isThere = await this.againSlowly<{ links: Critical[]; stretches: CriticalStretch[] }>("criticality", address, undefined, (...words) => this.lists.sayCriticality(...words), t("Shutting each link in turn ..."), ({ links, stretches }) => {
      this.critical = links;
      this.lists.showCriticality(stretches);
    });
    if (isThere) void this.map?.showCriticality(this.critical);
  }
  private critical: Critical[] = [];

  /** Ask what links carry under capacity only where it is shown: it takes seconds. */
  private async reFlows(state: State): Promise<void> {
    const { depart, layers } = state;
    const layer = layers.includes("flows") ? "flows" : layers.includes("capacity") ? "capacity" : null;
    if (!layer) { void this.map?.showFlows([], null); return; }
    const address = `/api/flows?${asQuery({ ...stateOf(state), on: depart })}`;
    const isThere = await this.againSlowly<Flows>("flows", address, undefined, (...words) => this.lists.sayFlows(...words), t("Putting the demand on the network ..."), (flows) => {
      this.flows = flows.links;
      this.lists.showFlows(flows);
    });
    if (isThere) void this.map?.showFlows(this.flows, layer);
  }
  private flows: LinkFlow[] = [];

  /** Ask by which day goods must leave to be there in time, where a day is asked. */
  private async reArrival(state: State): Promise<void> {
    const { deadline, depart, origin, destination } = state;
    if (!isDay(deadline, this.study) || origin === destination) { showArrival(null, depart, () => undefined); return; }
    const asked = { ...routesOf(state), depart: lookedFrom(deadline, this.study.limits.first_on), baseline: undefined };
    const isThere = await this.againSlowly<ArriveBy>("arrive", "/api/arrive-by", asked, sayArrival, t("Looking for the latest departure ..."), (answer) => { this.arrival = answer; });
    if (isThere && state === this.state) showArrival(this.arrival, depart, (day) => this.change({ depart: day }));
  }
  private arrival: ArriveBy | null = null;

  /** Lay the map of the baseline over the map, where that is asked. */
  private async reSwipe(state: State): Promise<void> {
    const { network, swipe } = this, baseline = this.answer?.baseline;
    if (!state.swipe || !baseline || !network || !swipe) { swipe?.hide(); return; }
    await this.again<Answer>("before", "/api/routes", routesOf(baselineOf(state, this.study)), (answer) => { this.before = answer; });
    const { before } = this;
    if (!before || state !== this.state) return;
    const routes = before.routes.map((r) => ({ ...r, letter: baseline.routes.find((b) => b.route_id === r.route_id)?.letter ?? r.letter }));
    const corridor = this.selected()?.corridor, same = routes.find((r) => r.corridor === corridor) ?? quickest(routes);
    const map = swipe.show(Number(state.swipe)), ends = baselineOf(state, this.study);
    Object.assign((window as unknown as Record<string, object>)["corridor"] ?? {}, { before: map.map });
    await map.showNetwork(network, before.elements);
    await map.showRoutes(routes, same?.route_id ?? null, [ends.origin, ends.destination]);
    this.fade(state.opacity);
    if (this.details) void map.showDetails(this.details);
  }
  private before: Answer | null = null;
  private details: Details | null = null;

  /** What lies over the map: the playback of a journey, and the map of the baseline. */
  private overMap(map: TheMap): void {
    this.playback = new Playback({
      ground: () => ({ line: (link) => map.lineOf(link), place: (node) => map.placeOf(node) }), dot: (spot, days) => { void map.showGoods(spot, days); },
      fit: (links) => { void map.fit(map.spotsOf(links)); }, name: (id) => this.name(id),
    });
    at("map-box").append(this.playback.box);
    const twin = (box: HTMLElement): TheMap => new TheMap(box, this.study, this.land, (pick) => this.pickedBefore(pick), () => undefined, (pick) => this.words(pick), (place, x, y) => this.askFrom(place, x, y), (view) => this.moved({ view }), (id) => this.name(id), true);
    this.swipe = new Swipe(map.map, twin, (share) => this.moved({ swipe: String(share) }));
    new ResizeObserver(() => { document.documentElement.style.setProperty("--credit-high", `${at("credit").offsetHeight}px`); }).observe(at("credit"));
  }

  /** A click on the map of the baseline: its route selects the same corridor of the answer, all else shows its card. */
  private pickedBefore(pick: Pick): void {
    if (pick.kind !== "route") { this.picked(pick); return; }
    const corridor = this.before?.routes.find((r) => r.route_id === pick.id)?.corridor, now = this.answer?.routes.find((r) => r.corridor === corridor);
    this.change(now ? { route: now.letter } : { card: `link:${pick.link ?? pick.id}` }, true);
  }

  private beginYear(state: State): void {
    const { depart: _, deadline: _last, ...trip } = tripOf(state); // the quickest routes: which of them are in time needs no search
    this.year.begin(this.question.monthsFrom(state.depart), trip);
  }

  private async reCalendar(state: State): Promise<void> {
    const { calendar } = this.question;
    calendar.due(isDay(state.deadline, this.study) ? state.deadline : "");
    if (this.answer?.routes.length === 0 && !this.answer.openings.length) return;
    calendar.sayMissing();
    try {
      await this.year.go((from, rows) => calendar.show(from, rows, this.study.hues, (code) => this.study.countries[code] ?? code));
    } catch (problem) {
      if (state !== this.state) return;
      calendar.sayMissing(...this.without(problem, "ask-calendar"));
    }
  }

  private draw(first = false): void {
    const { answer, network, state } = this;
    if (!answer || !network) return;
    const shown = sorted(answer.routes, state.sort, state.weights), spot = spotOfFocus();
    const selected = this.selected();
    const hooks = this.hooks(), old = ghosts(answer.baseline);
    showComparison(answer, state.baseline, {
      pin: () => this.change({ baseline: asQuery(tripOf(state)) }), unpin: () => this.change({ baseline: "" }),
      look: () => this.change({ ...fromAddress(`?${state.baseline}`, this.study), criteria: state.criteria, weights: state.weights, max_routes: state.max_routes, layers: state.layers, opacity: state.opacity }),
      swipe: this.swipe && (() => this.change({ swipe: state.swipe ? "" : "50" }, true)),
    }, state.swipe !== "");
    showRoutes(answer, shown, state.weights, state.sort, selected?.route_id ?? null, hooks);
    showLegs(selected, hooks);
    refocus(spot);
    at("charts").replaceChildren(...(answer.routes.length ? [
      pareto(answer.routes, old, selected?.route_id ?? null, hooks.select, hooks.hover),
      distance(answer.routes, this.study.styles, selected?.route_id ?? null, hooks.select, hooks.hover)] : []));
    this.lists.show(network, this.elements);
    this.layers.show(state.layers, this.layersOn(), state.opacity, estimatesCounted(network, this.elements, selected));
    this.fade(state.opacity);
    this.showLegend();
    void this.map?.showNetwork(network, this.elements).then(() => this.map?.showRoutes(answer.routes, selected?.route_id ?? null, [state.origin, state.destination], old)).then(() => {
      this.look(answer.routes, network, first);
      this.playback?.show(selected);
    });
  }

  /** Draw the layers that are on as strongly as the words of the address say. */
  private fade(opacity: string[]): void {
    const isHatched = this.state.layers.includes(ESTIMATES), opacities = opacitiesOf(opacity, this.layersOn());
    void this.map?.showLayers(isHatched, opacities);
    this.swipe?.showLayers(isHatched, opacities);
  }

  private layersOn(): string[] { return layersOn(this.state.layers, [...(ghosts(this.answer?.baseline ?? null).length > 0 ? ["baseline"] : []), ...(this.own.points.length > 0 ? ["own"] : [])]); }

  /** The legend of what is in view; of all there is, where no map is drawn. */
  private showLegend(): void {
    const all = this.network?.links.features.flatMap((f) => [f.properties.layer, f.properties.mode]) ?? [];
    const inView = this.map?.inView() ?? new Set<string>(); // nothing, too, while the map is still being drawn
    const present = inView.size > 0 ? inView : new Set([...all, "planned", "closed", "others", "mark-open", "mark-shut"]);
    legend(at("legend"), this.study.styles, present, this.state.layers, ghosts(this.answer?.baseline ?? null).length > 0, (box) => this.map?.isBare(box) ?? true);
  }

  /** Look where the address says, else at the routes of each new trip. */
  private look(routes: Route[], network: Network, first: boolean): void {
    const { view, origin, destination } = this.state, trip = `${origin} ${destination} ${view}`;
    if (!this.map || this.looked === trip) return;
    this.looked = trip;
    if (view) this.map.show(view);
    else void this.map.fit(this.map.spotsOf(this.seenFirst(routes, network)), first);
  }
  private looked = "";

  private hooks(): Hooks {
    return {
      select: (id) => this.change({ route: this.answer?.routes.find((r) => r.route_id === id)?.letter ?? null }, true),
      sort: (sort) => this.change({ sort }, true), hover: (id) => this.hover(id), card: (card) => this.change({ card }), open: (links) => this.change(opened(this.state, links)),
      fit: this.fit(), name: (id) => this.name(id), told: (text) => this.names.within(text),
    };
  }

  private cardHooks(): CardHooks {
    return { change: (patch) => this.change(patch), show: (card) => this.change({ card }), point: (links) => { void this.map?.point(links); }, fit: this.fit(), name: (id) => this.name(id), told: (text) => this.names.within(text), study: this.study };
  }

  /** What the map shows at first: the routes that stay on land, else all routes, else all places. */
  private seenFirst(routes: Route[], network: Network): (string | null)[] {
    const ashore = routes.filter((r) => !r.modes.includes("sea"));
    const links = (ashore.length ? ashore : routes).flatMap((r) => r.legs.map((l) => l.link_id));
    return links.length ? links : network.nodes.features.map((f) => f.properties.id);
  }

  private fit(): ((links: string[]) => void) | null {
    const shown = this.map;
    return shown && ((links) => { void shown.fit(shown.spotsOf(links)); });
  }

  private hover(route: string | null): void {
    for (const node of document.querySelectorAll<HTMLElement | SVGElement>("[data-route]")) node.classList.toggle("hovered", node.dataset["route"] === route);
    if (this.state.card) return;
    const links = this.answer?.routes.find((r) => r.route_id === route)?.legs.flatMap((l) => l.link_id ?? []) ?? [];
    void this.map?.point(links, true);
  }

  /** The route asked for, else the first of the list. */
  private selected(): Route | null {
    const routes = this.answer?.routes ?? [];
    return routes.find((r) => r.letter === this.state.route) ?? ordered(routes, this.state.weights)[0] ?? null;
  }

  /** What lies under the pointer, in words. */
  private words(pick: Pick): string {
    if (pick.kind === "node") return this.name(pick.id);
    if (pick.kind === "own") return this.own.wordsOf(Number(pick.id));
    const route = pick.kind === "route" ? this.answer?.routes.find((r) => r.route_id === pick.id) : undefined;
    if (route) return `${listed([route.letter, route.corridor])}: ${listed([days(medianHours(route)), usd(route.cost_usd)])}`;
    const link = this.network?.links.features.find((f) => f.properties.id === pick.id)?.properties;
    if (!link) return this.name(pick.id);
    const state = this.elements[pick.id]?.state ?? "open";
    const words = [`${this.name(link.from)} – ${this.name(link.to)}`, layerName(link.layer), km(link.length_km), state === "open" ? "" : stateName(state), link.schematic ? t("schematic") : "", isEstimate(link) ? t("our estimate") : ""];
    const why = state === "shut" ? this.elements[pick.id]?.why[0] : undefined;
    return [listed(words.filter((w) => w)), why ? closureText(why) : ""].filter((w) => w).join(". ");
  }

  /** A click on the map: another route is selected, a planned line shows its project, all else its card. */
  private picked(pick: Pick): void {
    if (pick.kind === "own") return; // its row stands in the tooltip
    if (pick.kind === "route") {
      const route = this.answer?.routes.find((r) => r.route_id === pick.id);
      if (route && route.letter !== this.selected()?.letter) { this.change({ route: route.letter }, true); return; }
      this.change({ card: `link:${pick.link ?? pick.id}` });
    } else if (pick.kind === "link" && this.elements[pick.id]?.state === "planned") {
      const project = openers(this.study, pick.id)[0];
      this.change({ card: project ? `project:${project.project_id}` : `link:${pick.id}` });
    } else this.change({ card: `${pick.kind}:${pick.id}` });
  }

  /** Offer the place nearest to a right click as origin, destination or on the way. */
  private askFrom(place: string, x: number, y: number): void {
    showPlaceMenu({ place, name: this.name(place), x, y }, this.state.via, (patch) => this.change(patch));
  }

  private name(id: string): string { return this.names.of(id); }

  private say(text: string, ...more: Node[]): void { at("said").replaceChildren(text, ...more.flatMap((node) => [" ", node])); }

  private recolour(): void {
    void this.map?.restyle();
    this.swipe?.restyle();
    this.draw();
    if (this.year.rows.length) this.question.calendar.draw();
  }

  private picture(): Promise<Blob> {
    if (this.map) return picture(this.map, this.caption(), this.study.credit);
    return Promise.reject(new Error(t("There is no map to keep: WebGL is missing.")));
  }

  /** The languages, each by its own name; another one begins the page anew at the same address. */
  private languageChoice(): HTMLElement {
    const choice = h("select", { id: "language", "aria-label": t("Language"), change: () => {
      const address = new URLSearchParams(toAddress(this.state));
      address.set("language", choice.value);
      location.assign(`?${address}`);
    } }, ...this.study.languages.map(({ code, name }) => h("option", { value: code, lang: code }, name)));
    choice.value = language;
    return choice;
  }

  private tools(): void {
    const menu = downloadMenu({
      asked: () => asQuery(routesOf(this.state)), fileName: (ending) => `${this.state.origin}-${this.state.destination}-${this.state.depart}.${ending}`,
      picture: () => this.picture(), fail: (problem) => this.fail(problem),
    });
    const theme = button(t("Light or dark"), () => {
      keepTheme(isDark() ? "light" : "dark");
      this.recolour();
    });
    const share = button(t("Copy address"), () => {
      const told = (text: string): void => { share.textContent = text; setTimeout(() => { share.textContent = t("Copy address"); }, 2500); };
      void (navigator.clipboard?.writeText(location.href) ?? Promise.reject(new Error())).then(() => told(t("Copied")), () => told(t("Copy it from the bar above")));
    }, { "aria-live": "polite", title: t("The address says all that is asked and shown") });
    at("tools").append(share, menu, button(t("Save scenario"), () => this.save.open(), { id: "save" }), this.languageChoice(), theme);
  }
}

const PAPER_PX = 680; // of A4 upright between its margins

/** The answer of a question that has none. */
const nothing = (elements: Elements): Answer => ({ pareto_count: 0, apart_count: 0, left_out: [], reason: null, warnings: [], routes: [], openings: [], conditions: [], elements, baseline: null });

/** Say in the language spoken what stands in the page before it begins. */
function beginPage(): void {
  const labels: [string, string][] = [["question", t("Question")], ["map-box", t("Map")], ["progress", t("Under way")], ["card", t("Card")], ["answer", t("Answer")]];
  for (const [id, label] of labels) at(id).setAttribute("aria-label", label);
  at("skip").textContent = t("To the question");
  at("credit-head").textContent = t("Sources of the map");
  at("said").textContent = t("Reading the study ...");
}

async function start(): Promise<void> {
  takeTheme();
  beginPage();
  try {
    const [study, land] = await Promise.all([ask<Study>("study", "/api/study"), ask<Ground>("basemap", "/api/basemap")]);
    await new Page(study, land).begin();
  } catch (problem) {
    at("said").replaceChildren(`${t("The study cannot be shown: {problem}", { problem: words(problem) })} `, button(t("Try again"), () => location.reload()));
  }
}

void start();
