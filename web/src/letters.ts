// Letters beside the dots and ends of lines of a chart, each where it covers neither another letter nor a dot.

export interface Dot { x: number; y: number; radius: number; text: string; isFirst: boolean }
interface Box { left: number; top: number; right: number; bottom: number }

const HIGH = 10, WIDE = 7.6, GAP = 1.5;
const TURNS = [0, 1, 7, 2, 6, 4, 3, 5]; // eighths of a circle: right first, then around

/** Return the middle of each letter, in the order of the dots; null where every place is taken. */
export function beside(dots: Dot[], within: Box): ({ x: number; y: number } | null)[] {
  const placed: Box[] = [];
  const round: Box[] = dots.map(({ x, y, radius }) => ({ left: x - radius, right: x + radius, top: y - radius, bottom: y + radius }));
  const found: ({ x: number; y: number } | null)[] = dots.map(() => null);
  const order = dots.map((_, i) => i).sort((a, b) => Number(dots[b]?.isFirst) - Number(dots[a]?.isFirst));
  for (const i of order) {
    const dot = dots[i];
    if (!dot) continue;
    const wide = WIDE * dot.text.length;
    for (const far of [1, 1.8]) {
      for (const turn of TURNS) {
        const angle = (turn * Math.PI) / 4;
        const x = dot.x + Math.cos(angle) * (dot.radius + (GAP + wide / 2) * far), y = dot.y - Math.sin(angle) * (dot.radius + (GAP + HIGH / 2) * far);
        const box = { left: x - wide / 2, right: x + wide / 2, top: y - HIGH / 2, bottom: y + HIGH / 2 };
        const isIn = box.left >= within.left && box.right <= within.right && box.top >= within.top && box.bottom <= within.bottom;
        if (!isIn || placed.some((other) => meet(box, other)) || round.some((other, k) => k !== i && meet(box, other))) continue;
        placed.push(box);
        found[i] = { x, y };
        break;
      }
      if (found[i]) break;
    }
  }
  return found;
}

const meet = (a: Box, b: Box): boolean => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
