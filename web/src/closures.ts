// Where closures are marked, once for all that one of them shuts in one place, and what the marks are called.

import type { Spot } from "./types";

export interface Lane { id: string; closure: string; spots: Spot[]; mark: Spot }
/** count: how many links it stands for. */
export interface ClosureMark { id: string; closure: string; spot: Spot; isSea: boolean; count: number }

const CELL_DEG = 0.2, STEP_DEG = 0.1;
const POST_DEG = 0.3; // within which road, rail and both directions of a crossing lie

/** One mark for all lanes of a closure that pass through one place; a lane that passes none has its own. */
export function closureMarks(lanes: Lane[]): ClosureMark[] {
  const groups = new Map<string, Lane[]>();
  for (const lane of lanes) groups.set(lane.closure, [...groups.get(lane.closure) ?? [], lane]);
  return [...groups].flatMap(([closure, group]) => marksOf(group).map((mark) => ({ ...mark, closure, isSea: true })));
}

/** One mark for all links of a closure at one crossing. */
export function postMarks(posts: ClosureMark[]): ClosureMark[] {
  const isNear = (a: Spot, b: Spot): boolean => Math.max(Math.abs(a[0] - b[0]), Math.abs(a[1] - b[1])) < POST_DEG;
  return posts.filter((post, i) => !posts.slice(0, i).some((other) => other.closure === post.closure && isNear(other.spot, post.spot)));
}

/** What a crossing is called: its post without the country in brackets, else both its ends. */
export function crossingName(ends: { name: string; kind: string }[]): string {
  const posts = ends.filter((end) => end.kind === "border-crossing" || end.kind === "mountain-pass"), named = posts.length > 0 ? posts : ends;
  return [...new Set(named.map((end) => end.name.replace(/\s*[(（].*[)）]$/, "")))].slice(0, posts.length > 0 ? 1 : 2).join(" – ");
}

function marksOf(lanes: Lane[]): Pick<ClosureMark, "id" | "spot" | "count">[] {
  const cells = new Map<string, { spot: Spot; ids: Set<string> }>();
  for (const lane of lanes) {
    for (const spot of along(lane.spots)) {
      const key = spot.map((degrees) => Math.round(degrees / CELL_DEG)).join(" "), cell = cells.get(key) ?? { spot, ids: new Set() };
      cell.ids.add(lane.id);
      cells.set(key, cell);
    }
  }
  const most = Math.max(0, ...[...cells.values()].map((cell) => cell.ids.size));
  if (most < 2) return lanes.map(({ id, mark }) => ({ id, spot: mark, count: 1 }));

  const fullest = [...cells.values()].filter((cell) => cell.ids.size === most);
  const chosen = fullest[Math.floor(fullest.length / 2)];
  if (!chosen) return [];
  const through = lanes.filter((lane) => chosen.ids.has(lane.id)), others = lanes.filter((lane) => !chosen.ids.has(lane.id));
  return [{ id: through[0]?.id ?? "", spot: chosen.spot, count: through.length }, ...(others.length ? marksOf(others) : [])];
}

/** Points along a line, no two further apart than a step. */
function along(spots: Spot[]): Spot[] {
  return spots.flatMap((end, i) => {
    const start = spots[i - 1];
    if (!start) return [end];
    const count = Math.ceil(Math.max(Math.abs(end[0] - start[0]), Math.abs(end[1] - start[1])) / STEP_DEG);
    return Array.from({ length: count }, (_, k): Spot => [start[0] + ((end[0] - start[0]) * (k + 1)) / count, start[1] + ((end[1] - start[1]) * (k + 1)) / count]);
  });
}
