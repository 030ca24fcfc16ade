// Where closures of sea lanes are marked: once, where the lanes that one closure shuts run together.

import type { Spot } from "./types";

export interface Lane { id: string; closure: string; spots: Spot[]; mark: Spot }
export interface ClosureMark { id: string; spot: Spot }

const CELL_DEG = 0.2, STEP_DEG = 0.1;

/** One mark for all lanes of a closure that pass through one place; a lane that passes none has its own. */
export function closureMarks(lanes: Lane[]): ClosureMark[] {
  const groups = new Map<string, Lane[]>();
  for (const lane of lanes) groups.set(lane.closure, [...groups.get(lane.closure) ?? [], lane]);
  return [...groups.values()].flatMap(marksOf);
}

function marksOf(lanes: Lane[]): ClosureMark[] {
  const cells = new Map<string, { spot: Spot; ids: Set<string> }>();
  for (const lane of lanes) {
    for (const spot of along(lane.spots)) {
      const key = spot.map((degrees) => Math.round(degrees / CELL_DEG)).join(" "), cell = cells.get(key) ?? { spot, ids: new Set() };
      cell.ids.add(lane.id);
      cells.set(key, cell);
    }
  }
  const most = Math.max(0, ...[...cells.values()].map((cell) => cell.ids.size));
  if (most < 2) return lanes.map(({ id, mark }) => ({ id, spot: mark }));

  const fullest = [...cells.values()].filter((cell) => cell.ids.size === most);
  const chosen = fullest[Math.floor(fullest.length / 2)];
  if (!chosen) return [];
  const through = lanes.filter((lane) => chosen.ids.has(lane.id)), others = lanes.filter((lane) => !chosen.ids.has(lane.id));
  return [{ id: through[0]?.id ?? "", spot: chosen.spot }, ...(others.length ? marksOf(others) : [])];
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
