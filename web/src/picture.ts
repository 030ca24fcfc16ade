// The map as a picture to keep: what is drawn, its names, the legend's date and the credit line.

import { ground } from "./colours";
import { t } from "./language";
import type { TheMap } from "./map";

/** The canvas holds its picture only while it is drawn: copy it then. */
function copied(shown: TheMap): Promise<HTMLCanvasElement> {
  return new Promise((done) => {
    shown.map.once("render", () => {
      const source = shown.map.getCanvas(), copy = document.createElement("canvas");
      [copy.width, copy.height] = [source.width, source.height];
      copy.getContext("2d")?.drawImage(source, 0, 0);
      done(copy);
    });
    shown.map.triggerRepaint();
  });
}

/** A text in lines that fit a width. */
function wrapped(c: CanvasRenderingContext2D, text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/)) {
    const longer = line ? `${line} ${word}` : word;
    if (line && c.measureText(longer).width > width) { lines.push(line); line = word; } else line = longer;
  }
  return line ? [...lines, line] : lines;
}

/** The keys of the page's legend: how each is drawn, and its name. */
function keys(): { svg: SVGSVGElement; text: string }[] {
  return [...document.querySelectorAll("#legend .keys li")].flatMap((item) => {
    const svg = item.querySelector("svg");
    return svg ? [{ svg, text: item.textContent ?? "" }] : [];
  });
}

/** Draw the strokes of a key of the legend at a place. */
function drawKey(c: CanvasRenderingContext2D, svg: SVGSVGElement, x: number, y: number, ratio: number): void {
  c.save();
  c.translate(x, y - (svg.height.baseVal.value / 2) * ratio);
  c.scale(ratio, ratio);
  for (const shape of svg.querySelectorAll("path, rect")) {
    const of = (name: string): number => Number(shape.getAttribute(name) ?? 0);
    c.strokeStyle = shape.getAttribute("stroke") ?? "";
    c.lineWidth = of("stroke-width");
    c.setLineDash((shape.getAttribute("stroke-dasharray") ?? "").split(/[ ,]+/).filter((d) => d).map(Number));
    if (shape instanceof SVGPathElement) c.stroke(new Path2D(shape.getAttribute("d") ?? ""));
    else c.strokeRect(of("x"), of("y"), of("width"), of("height"));
  }
  c.restore();
}

export async function picture(shown: TheMap, caption: string, credit: string): Promise<Blob> {
  const source = await copied(shown), ratio = source.width / shown.map.getCanvas().clientWidth, g = ground();
  const canvas = document.createElement("canvas");
  const line = 16 * ratio;
  const c = canvas.getContext("2d");
  if (!c) throw new Error(t("This browser draws no pictures."));
  const fonts = { caption: `bold ${12 * ratio}px Arial, sans-serif`, small: `${10 * ratio}px Arial, sans-serif` };
  const width = source.width - 16 * ratio;
  c.font = fonts.caption;
  const head = wrapped(c, caption, width);
  c.font = fonts.small;
  const credits = wrapped(c, credit, width), legend = keys();
  const keyWidth = Math.max(150 * ratio, ...legend.map((key) => c.measureText(key.text).width + 52 * ratio)), inRow = Math.max(1, Math.floor(width / keyWidth));
  canvas.width = source.width;
  canvas.height = source.height + (head.length + Math.ceil(legend.length / inRow) + 0.9 * credits.length + 0.8) * line;
  c.fillStyle = g.paper;
  c.fillRect(0, 0, canvas.width, canvas.height);
  c.drawImage(source, 0, 0);
  c.textAlign = "center";
  for (const label of shown.labels.shown) {
    const strong = label.kind === "end" || label.kind === "named";
    const isWater = label.kind === "lake" || label.kind === "sea";
    c.font = `${strong ? "bold " : isWater ? "italic " : ""}${(isWater || label.kind === "country" || label.kind === "town" ? 11 : 12) * ratio}px Arial, sans-serif`;
    c.lineWidth = 3 * ratio;
    c.strokeStyle = g.paper;
    c.fillStyle = isWater ? g.water : label.kind === "country" ? g.faint : g.ink;
    const text = label.kind === "country" ? label.text.toUpperCase() : label.text;
    c.strokeText(text, label.x * ratio, label.y * ratio);
    c.fillText(text, label.x * ratio, label.y * ratio);
  }
  c.textAlign = "left";
  c.fillStyle = g.ink;
  let y = source.height;
  c.font = fonts.caption;
  for (const text of head) c.fillText(text, 8 * ratio, y += line);
  c.font = fonts.small;
  legend.forEach((key, i) => {
    const x = 8 * ratio + (i % inRow) * keyWidth;
    if (i % inRow === 0) y += line;
    drawKey(c, key.svg, x, y - 3.5 * ratio, ratio);
    c.fillStyle = g.ink;
    c.fillText(key.text, x + 40 * ratio, y);
  });
  for (const text of credits) c.fillText(text, 8 * ratio, y += 0.9 * line);
  return new Promise((done, failed) => canvas.toBlob((blob) => (blob ? done(blob) : failed(new Error(t("No picture could be made.")))), "image/png"));
}
