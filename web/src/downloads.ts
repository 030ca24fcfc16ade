// Downloads: the answer to keep, as a page, as tables, as lines and as a picture of the map.

import { file, isAborted } from "./api";
import { button, download, h } from "./markup";

/** asked: the question in the words of an address; fileName: for an ending; picture: of the map; fail: says what went wrong. */
export interface DownloadHooks {
  asked: () => string; fileName: (ending: string) => string; picture: () => Promise<Blob>; fail: (problem: unknown) => void;
}

export function downloadMenu({ asked, fileName, picture, fail }: DownloadHooks): HTMLElement {
  const menu = h("details", { class: "menu" });
  const entry = (text: string, act: () => void, id?: string): HTMLElement => button(text, () => { menu.open = false; act(); }, { id });
  const brief = (path: string): void => { window.open(`${path}?${asked()}`, "_blank", "noopener"); };
  const keep = (name: string, content: Promise<Blob>): void => {
    content.then((blob) => download(name, blob)).catch((problem: unknown) => { if (!isAborted(problem)) fail(problem); });
  };
  // The mark at the start tells spreadsheets that the text is UTF-8.
  const table = async (path: string): Promise<Blob> => new Blob(["\ufeff", await file(`${path}?${asked()}`)], { type: "text/csv" });

  menu.append(h("summary", {}, "Download"), h("div", {},
    entry("Brief on one page", () => brief("/brief"), "brief"),
    entry("Brief, PDF", () => brief("/brief.pdf")),
    entry("Routes, CSV", () => keep(fileName("csv"), table("/api/routes.csv"))),
    entry("Legs, CSV", () => keep(`legs-${fileName("csv")}`, table("/api/legs.csv"))),
    entry("Routes, GeoJSON", () => keep(fileName("geojson"), file(`/api/routes.geojson?${asked()}`))),
    entry("Legs, GeoJSON", () => keep(`legs-${fileName("geojson")}`, file(`/api/legs.geojson?${asked()}`))),
    entry("Map, PNG", () => keep(fileName("png"), picture()))));
  document.addEventListener("click", (event) => { if (!menu.contains(event.target as Node)) menu.open = false; });
  menu.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { menu.open = false; menu.querySelector("summary")?.focus(); }
  });
  return menu;
}
