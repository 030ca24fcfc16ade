// Colours by light and dark; the hues themselves are the study's styles, the same as in every printed chart.

export interface Ground { sea: string; land: string; coast: string; border: string; river: string; water: string; ink: string; paper: string; faint: string; ghost: string; shut: string; mark: string; own: string }

const LIGHT: Ground = {
  sea: "#e8eff5", land: "#fbfaf6", coast: "#bdb6a6", border: "#968d7b", river: "#9dbdd6", water: "#4f7896", ink: "#1b1f24", paper: "#ffffff", faint: "#9aa4ae", ghost: "#6a747f",
  shut: "#a3271b", mark: "#f2b600", own: "#6a1b9a",
};
const DARK: Ground = {
  sea: "#10161d", land: "#1d252e", coast: "#3a4653", border: "#6a7786", river: "#2d4a63", water: "#7fa6c4", ink: "#eef2f6", paper: "#12171d", faint: "#6d7986", ghost: "#98a4b0",
  shut: "#ff8a75", mark: "#ffd34d", own: "#e0b0ff",
};

export function isDark(): boolean {
  const chosen = document.documentElement.dataset["theme"];
  return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

const THEME = "corridor-theme";

/** Take light or dark whatever the system says, now and on later visits where the browser keeps it. */
export function keepTheme(theme: string): void {
  document.documentElement.dataset["theme"] = theme;
  try { localStorage.setItem(THEME, theme); } catch { /* a browser that keeps nothing */ }
}

/** Take what was chosen on an earlier visit. */
export function takeTheme(): void {
  try {
    const theme = localStorage.getItem(THEME);
    if (theme === "light" || theme === "dark") document.documentElement.dataset["theme"] = theme;
  } catch { /* a browser that keeps nothing */ }
}

/** How strongly heights are drawn: pale by day, dim by night. */
export const relief = (): { opacity: number; brightest: number; saturation: number } =>
  isDark() ? { opacity: 0.5, brightest: 0.42, saturation: -0.6 } : { opacity: 0.46, brightest: 1, saturation: -0.1 };

export const ground = (): Ground => (isDark() ? DARK : LIGHT);

function channels(hue: string): [number, number, number] {
  return [1, 3, 5].map((i) => parseInt(hue.slice(i, i + 2), 16)) as [number, number, number];
}

function luminance(rgb: readonly number[]): number {
  const [r, g, b] = rgb.map((c) => (c / 255 <= 0.03928 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * (r ?? 0) + 0.7152 * (g ?? 0) + 0.0722 * (b ?? 0);
}

/** The hue itself on light ground; on dark ground mixed with white until it stands out three to one. */
export function onGround(hue: string): string {
  if (!isDark()) return hue;
  const back = luminance(channels(DARK.land));
  const rgb = channels(hue);
  for (let share = 0; share <= 1; share += 0.05) {
    const mixed = rgb.map((c) => Math.round(c + (255 - c) * share));
    if ((luminance(mixed) + 0.05) / (back + 0.05) >= 3.4) return `#${mixed.map((c) => c.toString(16).padStart(2, "0")).join("")}`;
  }
  return DARK.ink;
}

const HAZARD_LIGHT = ["#f4d9b8", "#7a1f06"], HAZARD_DARK = ["#6b4a35", "#ffc59b"];
/** Pale to strong by the chance that a hazard shuts a link, up to the share given as the top. */
export const hazardRange = (): string[] => (isDark() ? HAZARD_DARK : HAZARD_LIGHT);
