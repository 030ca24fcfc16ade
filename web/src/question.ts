// The question: where from, where to, what, when, by which criteria, and under which state of the world.

import { Calendar } from "./calendar";
import { language, t } from "./language";
import { addDays, apartDays, at, button, day, h } from "./markup";
import { placeField, placeId, placeTitle, type PlaceField } from "./places";
import { withoutProject } from "./projects";
import { isDay, type State } from "./state";
import { CRITERIA, type Criterion, type Study } from "./types";

type Change = (patch: Partial<State>, keep?: boolean) => void;
const NAMES: Record<Criterion, string> = { time: t("Time"), cost: t("Cost"), carbon: t("Carbon"), risk: t("Chance of meeting a closure") };
export const SERVICE_CLASSES: [string, string][] = [["", t("ordinary lorry")], ["one-driver", t("one driver within the law")], ["two-drivers", t("two drivers")], ["convoy", t("convoy or priority")]];
export const STANCES: [string, string][] = [["", t("warn of them")], ["comply", t("comply with sanctions")], ["avoid", t("keep out of them")], ["ignore", t("say nothing of them")]];

const CHIPS = { shut: t("shut"), opened: t("opened"), built: t("built"), with: t("with"), chosen: t("chosen") };

export class Question {
  readonly calendar: Calendar;
  private box = at("question");
  private ends: Record<"origin" | "destination", PlaceField>;
  private fields: Record<string, HTMLInputElement | HTMLSelectElement> = {};
  private slider = h("input", { type: "range", id: "day-of-year", min: 0, max: Calendar.DAYS, "aria-describedby": "day-shown" });
  private shown = h("output", { id: "day-shown", for: "day-of-year" });
  private whatIf = h("div", { id: "what-if" });
  private lists = h("div", { id: "lists" });
  private waiting = 0;
  private from = ""; // first of the twelve months of the slider

  constructor(private study: Study, private change: Change, private name: (id: string) => string) {
    this.ends = { origin: placeField(study, "field-origin", t("From"), (origin) => change({ origin })), destination: placeField(study, "field-destination", t("To"), (destination) => change({ destination })) };
    this.calendar = new Calendar((depart) => change({ depart }));
    this.slider.addEventListener("input", () => this.slide());
    this.box.append(
      this.select("scenario", t("Scenario"), study.scenarios.map((s) => [s.id, s.title]), (scenario) => change({ scenario, choose: [] })),
      h("p", { id: "scenario-about", class: "small" }),
      h("div", { class: "pair" }, this.ends.origin.box, button("⇄", () => this.swap(), { "aria-label": t("Swap from and to"), class: "swap" }), this.ends.destination.box),
      h("div", { class: "cargo" }, this.select("cargo", t("Cargo"), study.cargoes.map((c) => [c.cargo_id, c.name]), (cargo) => change({ cargo })), this.number("units", t("Boxes"), 1, study.limits.units)),
      h("div", { class: "date" },
        this.field("depart", t("Departure"), h("input", { type: "date", min: study.limits.first_on, max: study.limits.last_on }), (depart) => { if (isDay(depart, study)) change({ depart }); }),
        this.shown),
      this.field("deadline", t("To be there by the end of (empty: any day)"), h("input", { type: "date", min: study.limits.first_on, max: study.limits.last_on }), (deadline) => { if (deadline === "" || isDay(deadline, study)) change({ deadline }); }),
      h("div", { id: "arrival", class: "arrival", hidden: true, "aria-live": "polite" }),
      h("label", { for: "day-of-year", class: "visually-hidden" }, t("Departure within twelve months")),
      this.slider, this.calendar.box, this.whatIf,
      button(t("To the routes"), () => at("said").scrollIntoView({ block: "start" }), { class: "to-answer" }), this.lists,
      this.criteria(), this.choices(),
      h("details", { id: "conditions" }, h("summary", {}, h("h2", {}, t("Conditions"))),
        this.field("max_transshipments", t("Transshipments at most (empty: any number)"), h("input", { type: "number", min: 0, max: 100, step: 1 }), (most) => change({ max_transshipments: most })),
        study.carriers.length > 0 && this.select("carrier", t("Country of the carrier, for rules that ask"), [["", t("any")], ...study.carriers.map((c): [string, string] => [c, study.countries[c] ?? c])], (carrier) => change({ carrier })),
        this.select("service_class", t("Carriage on the road"), SERVICE_CLASSES, (service_class) => change({ service_class })),
        this.select("sanctions", t("Countries under sanctions"), STANCES, (sanctions) => change({ sanctions })),
        this.words("via", t("Pass through (places, by comma)")), this.words("avoid", t("Avoid (countries such as IR, modes, places, links)")),
        this.number("max_routes", t("Routes shown at most"), 1, study.limits.routes)),
    );
  }

  /** Show a state in the fields. */
  show(state: State): void {
    const set = (key: string, value: string): void => {
      const field = this.fields[key];
      if (field && document.activeElement !== field || field instanceof HTMLSelectElement || field?.type === "date") if (field) field.value = value;
    };
    for (const key of ["scenario", "cargo", "depart", "max_transshipments", "carrier", "service_class", "sanctions"] as const) set(key, state[key]);
    if (state.deadline !== "" || !this.fields["deadline"]?.validity.badInput) set("deadline", state.deadline); // a day half typed stays
    for (const key of ["origin", "destination"] as const) this.ends[key].show(placeTitle(this.study, state[key]));
    set("via", state.via.map((id) => placeTitle(this.study, id)).join(", "));
    set("avoid", state.avoid.join(", "));
    set("max_routes", String(state.max_routes));
    set("units", String(state.units));
    const label = this.box.querySelector("label[for=field-units]"), form = this.study.cargoes.find((c) => c.cargo_id === state.cargo)?.form;
    if (label) label.textContent = form === "container" ? t("Boxes") : t("Number");
    const scenario = this.study.scenarios.find((s) => s.id === state.scenario);
    at("scenario-about").textContent = scenario?.about ?? "";
    this.slider.value = String(apartDays(this.monthsFrom(state.depart), state.depart));
    this.sayDay(state.depart);
    for (const criterion of CRITERIA) {
      const box = this.fields[`criterion-${criterion}`];
      if (box instanceof HTMLInputElement) box.checked = state.criteria.includes(criterion);
      set(`weight-${criterion}`, String(state.weights[criterion]));
    }
    for (const [parameter, options] of Object.entries(this.study.parameters)) {
      const over = state.choose.find((c) => c.startsWith(`${parameter}:`))?.split(":")[1];
      const option = over ?? scenario?.choices[parameter] ?? options.find((o) => o.default)?.option ?? "";
      set(`choose-${parameter}`, option);
      at(`meaning-${parameter}`).textContent = options.find((o) => o.option === option)?.meaning ?? "";
    }
    this.showWhatIf(state);
  }

  get listBox(): HTMLElement { return this.lists; }

  /** Name what is shut and opened; again once the names of links are known. */
  showWhatIf(state: State): void {
    const chips = [
      ...state.close.map((id) => ["shut", id, { close: state.close.filter((x) => x !== id) }] as const),
      ...state.open.map((id) => ["opened", id, { open: state.open.filter((x) => x !== id) }] as const),
      ...state.projects.map((id) => ["built", id, { projects: withoutProject(this.study, state.projects, id) }] as const),
      ...state.with_changes.map((id) => ["with", id, { with_changes: state.with_changes.filter((x) => x !== id) }] as const),
      ...state.choose.map((id) => ["chosen", id, { choose: state.choose.filter((x) => x !== id) }] as const),
    ];
    this.whatIf.replaceChildren(...(chips.length === 0 ? [] : [
      h("h2", {}, t("What if")),
      h("ul", { class: "chips" }, ...chips.map(([word, id, patch]) => h("li", {},
        h("span", { class: `chip chip-${word}` }, `${CHIPS[word]}: ${this.name(id)}`),
        button("✕", () => this.change(patch), { "aria-label": t("Undo {what}", { what: `${CHIPS[word]}: ${this.name(id)}` }) })))),
      button(t("Undo all"), () => this.change({ close: [], open: [], projects: [], with_changes: [], choose: [] })),
    ]));
  }

  /** The first day of the twelve months that are looked at: the day asked, until one outside them is. */
  monthsFrom(depart: string): string {
    const isIn = this.from !== "" && depart >= this.from && apartDays(this.from, depart) <= Calendar.DAYS;
    if (!isIn) this.from = depart;
    return this.from;
  }

  private slide(): void {
    const depart = addDays(this.from, Number(this.slider.value));
    const field = this.fields["depart"];
    if (field) field.value = depart;
    this.sayDay(depart);
    window.clearTimeout(this.waiting);
    this.waiting = window.setTimeout(() => this.change({ depart }, true), 90);
  }

  private sayDay(depart: string): void {
    this.shown.textContent = day(depart);
    this.slider.setAttribute("aria-valuetext", day(depart));
    this.calendar.point(depart);
  }

  private swap(): void {
    const { origin, destination } = this.ends;
    this.change({ origin: placeId(this.study, destination.input.value), destination: placeId(this.study, origin.input.value) });
  }

  private field<T extends HTMLInputElement | HTMLSelectElement>(key: string, words: string, field: T, act: (value: string) => void): HTMLElement {
    field.id = `field-${key}`;
    this.fields[key] = field;
    field.addEventListener("change", () => act(field.value));
    return h("div", { class: "field" }, h("label", { for: field.id }, words), field);
  }

  private select(key: string, words: string, options: [string, string][], act: (value: string) => void): HTMLElement {
    return this.field(key, words, h("select", {}, ...options.map(([value, text]) => h("option", { value }, text))), act);
  }

  private words(key: "via" | "avoid", words: string): HTMLElement {
    const field = h("input", { autocomplete: "off", spellcheck: "false" });
    return this.field(key, words, field, (value) => this.change({ [key]: value.split(",").map((w) => (key === "via" ? placeId(this.study, w) : w.trim())).filter((w) => w) }));
  }

  private number(key: "max_routes" | "units", words: string, low: number, high: number): HTMLElement {
    return this.field(key, words, h("input", { type: "number", min: low, max: high }), (value) => {
      const count = Math.round(Number(value));
      if (count >= low && count <= high) this.change({ [key]: count });
    });
  }

  private criteria(): HTMLElement {
    const rows = CRITERIA.map((criterion) => {
      const box = h("input", { type: "checkbox", id: `field-criterion-${criterion}` });
      this.fields[`criterion-${criterion}`] = box;
      box.addEventListener("change", () => {
        const chosen = CRITERIA.filter((c) => (this.fields[`criterion-${c}`] as HTMLInputElement).checked);
        if (chosen.length === 0) box.checked = true;
        else this.change({ criteria: chosen });
      });
      const weight = h("input", { type: "range", min: 0, max: 5, step: 0.5, id: `field-weight-${criterion}`, "aria-label": t("Weight of {criterion}", { criterion: NAMES[criterion].toLocaleLowerCase(language) }) });
      this.fields[`weight-${criterion}`] = weight;
      weight.addEventListener("input", () => {
        const weights = Object.fromEntries(CRITERIA.map((c) => [c, Number(this.fields[`weight-${c}`]?.value)])) as State["weights"];
        this.change({ weights }, true);
      });
      return h("div", { class: "criterion" }, box, h("label", { for: box.id }, NAMES[criterion]), weight);
    });
    return h("details", { id: "criteria" }, h("summary", {}, h("h2", {}, t("Criteria and weights"))),
      h("p", { class: "small" }, t("Ticked criteria decide which routes are worth taking: none shown is worse than another on all of them. Weights only order the list.")), ...rows);
  }

  private choices(): HTMLElement {
    const rows = Object.entries(this.study.parameters).map(([parameter, options]) => {
      const field = this.field(`choose-${parameter}`, t("Disputed: {subject}", { subject: (options[0]?.meaning ?? "").split(/[,:;]/)[0] ?? "" }), h("select", { "aria-describedby": `meaning-${parameter}` }, ...options.map((o) => h("option", { value: o.option, title: o.meaning }, o.meaning))), (option) => {
        const url = new URLSearchParams(location.search).getAll("choose").filter((c) => !c.startsWith(`${parameter}:`));
        this.change({ choose: [...url, `${parameter}:${option}`] });
      });
      field.querySelector("label")?.classList.add("visually-hidden");
      field.append(h("p", { id: `meaning-${parameter}`, class: "small" }));
      return field;
    });
    return rows.length === 0 ? h("div") : h("details", { id: "choices" }, h("summary", {}, h("h2", {}, t("Disputed figures"))), ...rows);
  }
}
