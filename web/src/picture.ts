// The map as a picture to keep: what is drawn, its names, the legend's date and the credit line.

import { ground } from "./colours";
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

export async function picture(shown: TheMap, caption: string, credit: string): Promise<Blob> {
  const source = await copied(shown), ratio = source.width / shown.map.getCanvas().clientWidth, g = ground();
  const canvas = document.createElement("canvas");
  const line = 16 * ratio;
  canvas.width = source.width;
  canvas.height = source.height + 3.4 * line;
  const c = canvas.getContext("2d");
  if (!c) throw new Error("This browser draws no pictures.");
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
  c.font = `bold ${12 * ratio}px Arial, sans-serif`;
  c.fillText(caption, 8 * ratio, source.height + line, canvas.width - 16 * ratio);
  c.font = `${10 * ratio}px Arial, sans-serif`;
  const half = credit.indexOf(". ", credit.length / 2 - 30) + 1;
  c.fillText(credit.slice(0, half), 8 * ratio, source.height + 2 * line, canvas.width - 16 * ratio);
  c.fillText(credit.slice(half).trim(), 8 * ratio, source.height + 2.9 * line, canvas.width - 16 * ratio);
  return new Promise((done, failed) => canvas.toBlob((blob) => (blob ? done(blob) : failed(new Error("No picture could be made."))), "image/png"));
}
