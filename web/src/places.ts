// Choosing a place by typing: name, country, UN/LOCODE or id; arrows and Enter, or the mouse.

import { listed } from "./language";
import { h } from "./markup";
import { fold } from "./spelling";
import type { Place, Study } from "./types";

const MOST = 8;

/** Places that fit what is typed, those whose name begins with it first. */
export function matching(study: Study, typed: string): Place[] {
  const word = fold(typed);
  if (word === "") return [];
  const rank = (p: Place): number => {
    const names = [p.name, ...p.also].map(fold), codes = [p.id, fold(p.unlocode ?? "")];
    if ([...names, ...codes].includes(word)) return 0;
    if (names.some((name) => name.startsWith(word))) return 1;
    if (names.some((name) => name.split(/[^\p{L}\p{N}]+/u).some((part) => part.startsWith(word))) || codes.some((code) => code.startsWith(word))) return 2;
    if (names.some((name) => name.includes(word))) return 3;
    return fold(study.countries[p.country] ?? "").startsWith(word) ? 4 : 9;
  };
  return study.places.map((place) => ({ place, at: rank(place) })).filter((f) => f.at < 9).sort((a, b) => a.at - b.at).map((f) => f.place);
}

/** The place that is meant: by its id, or the only one that is called so; else what was typed, for the server to answer or to ask back. */
export function placeId(study: Study, typed: string): string {
  const text = typed.trim(), word = fold(typed);
  if (study.places.some((p) => p.id === text)) return text;
  const exact = study.places.filter((p) => [p.name, p.id, p.unlocode ?? "", ...p.also].map(fold).includes(word));
  return word !== "" && exact.length === 1 ? exact[0]?.id ?? text : text;
}

/** What a place is called in a field: its name, where that means it alone; else its id. */
export function placeTitle(study: Study, id: string): string {
  const name = study.places.find((p) => p.id === id)?.name;
  return name !== undefined && !name.includes(",") && placeId(study, name) === id ? name : id;
}

export interface PlaceField { box: HTMLElement; input: HTMLInputElement; show: (text: string) => void }

export function placeField(study: Study, id: string, words: string, choose: (place: string) => void): PlaceField {
  const list = h("ul", { id: `${id}-list`, role: "listbox", class: "options", "aria-label": words, hidden: true });
  const input = h("input", {
    id, type: "text", role: "combobox", autocomplete: "off", spellcheck: "false", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id,
  });
  let shown: Place[] = [], active = -1, last = "";

  const close = (): void => {
    list.hidden = true;
    active = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const take = (text: string): void => {
    close();
    if (text === "") { input.value = last; return; }
    const place = placeId(study, text);
    input.value = placeTitle(study, place);
    input.title = input.value;
    if (input.value === last) return;
    last = input.value;
    choose(place);
  };
  const mark = (to: number): void => {
    active = to;
    for (const [i, option] of [...list.children].entries()) option.setAttribute("aria-selected", String(i === to));
    const option = list.children[to];
    if (option) { input.setAttribute("aria-activedescendant", option.id); option.scrollIntoView({ block: "nearest" }); } else input.removeAttribute("aria-activedescendant");
  };
  const open = (): void => {
    shown = matching(study, input.value).slice(0, MOST);
    list.replaceChildren(...shown.map((p, i) => h("li", {
      id: `${id}-${i}`, role: "option", "aria-selected": "false",
      mousedown: (event) => { event.preventDefault(); take(p.id); }, mouseenter: () => mark(i),
    }, h("span", {}, p.name), h("span", { class: "small" }, listed([study.countries[p.country] ?? p.country, p.unlocode].flatMap((w) => w || []))))));
    list.hidden = shown.length === 0;
    input.setAttribute("aria-expanded", String(!list.hidden));
    mark(-1);
  };
  input.addEventListener("input", open);
  input.addEventListener("focus", () => { last = input.value; input.select(); });
  input.addEventListener("blur", () => { if (input.value !== last) take(input.value.trim()); else close(); });
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) open();
      if (shown.length > 0) mark(event.key === "ArrowDown" ? (active + 1) % shown.length : (Math.max(active, 0) + shown.length - 1) % shown.length);
    } else if (event.key === "Enter") {
      const chosen = shown[active] ?? (list.hidden || shown.length > 1 ? undefined : shown[0]);
      take(chosen?.id ?? input.value.trim());
    } else if (event.key === "Escape" && !list.hidden) {
      event.stopPropagation();
      input.value = last;
      close();
    }
  });
  const box = h("div", { class: "field" }, h("label", { for: id }, words), input, list);
  return { box, input, show: (text) => { if (document.activeElement !== input) { input.value = text; input.title = text; last = text; } } };
}
