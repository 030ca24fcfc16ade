// Downloads: the answer to keep, as a page, as tables, as lines and as a picture of the map.

import { file, isAborted } from "./api";
import { spoken, t } from "./language";
import { button, download, h } from "./markup";

/** asked: the question in the words of an address; fileName: for an ending; picture: of the map; fail: says what went wrong. */
export interface DownloadHooks {
  asked: () => string; fileName: (ending: string) => string; picture: () => Promise<Blob>; fail: (problem: unknown) => void;
}

export function downloadMenu({ asked, fileName, picture, fail }: DownloadHooks): HTMLElement {
  const menu = h("details", { class: "menu" });
  const entry = (text: string, act: () => void, id?: string): HTMLElement => button(text, () => { menu.open = false; act(); }, { id });
  const brief = (path: string): void => { window.open(spoken(`${path}?${asked()}`), "_blank", "noopener"); };
  const keep = (name: string, content: Promise<Blob>): void => {
    content.then((blob) => download(name, blob)).catch((problem: unknown) => { if (!isAborted(problem)) fail(problem); });
  };
  // The mark at the start tells spreadsheets that the text is UTF-8.
  const table = async (path: string): Promise<Blob> => new Blob(["\ufeff", await file(`${path}?${asked()}`)], { type: "text/csv" });

  menu.append(h("summary", {}, t("Download")), h("div", {},
    entry(t("Brief on one page"), () => brief("/brief"), "brief"),
    entry(t("Brief, PDF"), () => brief("/brief.pdf")),
    entry(t("Routes, CSV"), () => keep(fileName("csv"), table("/api/routes.csv"))),
    entry(t("Legs, CSV"), () => keep(`legs-${fileName("csv")}`, table("/api/legs.csv"))),
    entry(t("Routes, GeoJSON"), () => keep(fileName("geojson"), file(`/api/routes.geojson?${asked()}`))),
    entry(t("Legs, GeoJSON"), () => keep(`legs-${fileName("geojson")}`, file(`/api/legs.geojson?${asked()}`))),
    entry(t("Map, PNG"), () => keep(fileName("png"), picture()))));
  document.addEventListener("click", (event) => { if (!menu.contains(event.target as Node)) menu.open = false; });
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    event.stopPropagation();
    menu.open = false;
    menu.querySelector("summary")?.focus();
  });
  return menu;
}
