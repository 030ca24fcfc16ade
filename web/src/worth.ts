// What a project is worth: the figures of the latest run of the study, or how to get them.

import { listed, number, t } from "./language";
import { h, money, percent } from "./markup";
import type { Project, Study, Worth } from "./types";

const CONVENTIONS: Record<string, string> = {
  adb: t("Asian Development Bank"), "world-bank": t("World Bank"), "world-bank-high": t("World Bank, high price of carbon"), ec: t("European Commission"),
};

/** The part of a project's card on what it is worth, when it is begun and what it waits for. */
export function worthOf(project: Project, { worths, price_year }: Study): HTMLElement[] {
  const head = h("h3", {}, t("What it is worth")), worth = worths.projects[project.project_id];
  if (worth === undefined) return [head, h("p", { class: "small", id: "worth-missing" }, missing(worths.state))];
  const values: [string, string][] = [
    [t("Net present value"), banded(worth.npv_usd, worth.npv_p5_usd, worth.npv_p95_usd, money)],
    [t("Return a year (EIRR)"), worth.return_share === null ? t("none") : banded(worth.return_share, worth.return_p5_share, worth.return_p95_share, (x) => t("{share} %", { share: number(100 * x, 1) }))],
    [t("Benefits by costs"), worth.benefit_cost_ratio === null ? "–" : number(worth.benefit_cost_ratio, 2)],
    ...(worth.below_hurdle_share === null ? [] : [[t("Fails in"), t("{share} of the futures drawn", { share: percent(worth.below_hurdle_share) })] as [string, string]]),
    ...(worth.phase === null ? [] : [[t("In the programme"), phase(worth.phase)] as [string, string]]),
  ];
  return [
    head,
    h("p", { class: `state state-${worth.npv_usd >= 0 ? "open" : "planned"}`, id: "worth" }, worth.npv_usd >= 0 ? t("It is worth more than it costs") : t("It costs more than it is worth")),
    h("dl", { class: "figures" }, ...values.flatMap(([words, content]) => [h("dt", {}, words), h("dd", {}, content)])),
    ...(worth.rules.length ? [h("p", { class: "small" }, t("What to wait for:")), h("ul", { class: "plain small" }, ...worth.rules.map((rule) => h("li", {}, rule)))] : []),
    h("p", { class: "small" }, t("From the latest run of the study: scenario “{scenario}”, open from {year}, discounted at {rate} a year to {first}, prices of {prices}, by the rules of the {bank}. In brackets: nine of ten futures drawn.", {
      scenario: worths.scenario ?? "", year: worth.open_year, rate: percent(worth.hurdle_share), first: worth.first_year, prices: price_year, bank: CONVENTIONS[worth.convention] ?? worth.convention,
    })),
  ];
}

function banded(value: number, low: number | null, high: number | null, words: (x: number) => string): string {
  return low === null || high === null ? words(value) : t("{value} ({low} to {high})", { value: words(value), low: words(low), high: words(high) });
}

function phase({ begin_year, open_year }: NonNullable<Worth["phase"]>): string {
  if (begin_year === null) return t("not built");
  return listed([t("begun in {year}", { year: begin_year }), ...(open_year === null ? [] : [t("open in {year}", { year: open_year })])]);
}

function missing(state: string): string {
  if (state === "none") return t("The study asks for no appraisal: add a section [projects] to study.toml, then run it (corridor run) and open this page again.");
  if (state === "missing") return t("Not computed yet for the study as it is: run it (corridor run, some minutes), then open this page again.");
  return t("The latest run did not appraise this project.");
}
