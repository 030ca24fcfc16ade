// The departures of twelve months, asked for in parts: once for a trip, whatever else of the address changes meanwhile.

import { ask, inParts, stop } from "./api";
import { addDays } from "./markup";
import type { Departure } from "./types";

const KIND = "calendar";

/** A part of twelve months: its first and last departure, and how many there are. */
interface Part { depart: string; until: string; count: number }

export class Year {
  rows: Departure[] = [];
  private trip = "";
  private from = "";
  private underWay: Promise<void> | null = null;

  /** Begin a trip; departures of another one are asked for no longer. */
  begin(from: string, trip: Record<string, unknown>): void {
    const words = JSON.stringify(trip);
    if (from === this.from && words === this.trip) return;
    this.from = from;
    this.trip = words;
    this.rows = [];
    this.underWay = null;
    stop(KIND);
  }

  /** Ask for what is missing and show it as it comes. */
  go(show: (from: string, rows: Departure[]) => void): Promise<void> {
    if (!this.underWay) {
      const mine = this.rest(show).finally(() => { if (this.underWay === mine) this.underWay = null; });
      this.underWay = mine;
    }
    return this.underWay;
  }

  private async rest(show: (from: string, rows: Departure[]) => void): Promise<void> {
    const { from, rows } = this, trip = JSON.parse(this.trip) as Record<string, unknown>;
    const missing = partsOf(from).filter((part) => !rows.some((row) => row.depart_on === part.depart));
    await inParts(KIND, rows.length, missing, (part) => part.count, ({ depart, until }) => ask<{ departures: Departure[] }>(KIND, "/api/calendar", { ...trip, depart, until }), ({ departures }) => {
      rows.push(...departures);
      if (rows === this.rows) show(from, rows);
    });
  }
}

/** The parts twelve months are asked for in, four weeks each, so that they come bit by bit and can be stopped. */
const partsOf = (from: string): Part[] => Array.from({ length: 13 }, (_, part) => {
  const count = part === 12 ? 5 : 4; // twelve months are 53 departures a week apart
  return { depart: addDays(from, part * 28), until: addDays(from, part * 28 + (count - 1) * 7), count };
});
