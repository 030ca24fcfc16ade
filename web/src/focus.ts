// The focus of the keyboard: found again where what had it was drawn anew, or led to what is closed now.

const CONTROLS = "button, summary, input, select";

/** Where the focus was: by its id, else by its words and its place among its like in the nearest box that has an id. */
export interface FocusSpot { id: string; box: string; words: string; place: number }

const alike = (box: HTMLElement, words: string): HTMLElement[] => [...box.querySelectorAll<HTMLElement>(CONTROLS)].filter((other) => wordsOf(other) === words);
const wordsOf = (control: HTMLElement): string => control.getAttribute("aria-label") ?? control.textContent ?? "";

/** Where the focus is; null where nothing has it. */
export function spotOfFocus(): FocusSpot | null {
  const control = document.activeElement;
  if (!(control instanceof HTMLElement) || control === document.body) return null;
  const box = control.parentElement?.closest<HTMLElement>("[id]");
  if (!box) return null;
  const words = wordsOf(control);
  return { id: control.id, box: box.id, words, place: alike(box, words).indexOf(control) };
}

/** Give the focus back to what stands where it was, unless something has it by now. */
export function refocus(spot: FocusSpot | null, options: FocusOptions = { preventScroll: true }): void {
  if (!spot || (document.activeElement && document.activeElement !== document.body)) return;
  const box = document.getElementById(spot.box), control = spot.id ? document.getElementById(spot.id) : box && alike(box, spot.words)[spot.place];
  const isInCard = box?.closest("#card");
  (control ?? (isInCard ? document.getElementById("card") : null))?.focus(options);
}
