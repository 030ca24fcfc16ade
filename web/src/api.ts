// Asking the server: one latest question of a kind at a time, what is under way, words for what goes wrong.

import { inLanguage, spoken, t } from "./language";
import { refusal } from "./refusals";

export class Failed extends Error {
  constructor(readonly status: number, readonly error: string, message: string, readonly asked = "", readonly near: string[] = []) { super(message); }
}

/** What is under way: the kinds of questions, the latest last, and of a task in parts how many are done of how many. */
export interface UnderWay { kinds: string[]; done: number; of: number }
type Listener = (now: UnderWay) => void;

const running = new Map<string, AbortController>();
const tasks = new Map<string, { done: number; of: number }>();
let listener: Listener = () => undefined;

export function onProgress(listen: Listener): void { listener = listen; }

function tell(): void {
  const task = [...tasks].at(-1);
  listener({ kinds: task ? [task[0]] : [...running.keys()], done: task?.[1].done ?? 0, of: task?.[1].of ?? 0 });
}

/** Stop a question of a kind that is still being answered; the server ends its computation too. */
export function stop(kind: string): void { running.get(kind)?.abort(); }

/** Stop every question that is still being answered. */
export function cancel(): void {
  for (const controller of running.values()) controller.abort();
  running.clear();
  tell();
}

const BUSY = "busy"; // the server has not begun with the question
const MOST_TURNS = 5; // of asking by itself what the server had no time to begin with

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((done, failed) => {
    const timer = window.setTimeout(done, ms);
    signal.addEventListener("abort", () => { window.clearTimeout(timer); failed(signal.reason as Error); }, { once: true });
  });
}

async function fetched<T>(kind: string, address: string, body: unknown, take: (reply: Response) => Promise<T>): Promise<T> {
  running.get(kind)?.abort();
  const controller = new AbortController();
  running.set(kind, controller);
  tell();
  try {
    for (let turn = 1; ; turn++) {
      const reply = await fetch(body === undefined ? spoken(address) : address, {
        signal: controller.signal, credentials: "same-origin",
        ...(body === undefined ? {} : { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(inLanguage(body)) }),
      });
      if (reply.ok) return await take(reply);
      const words = (await reply.json().catch(() => null)) as { error?: string; message?: string; name?: string; near?: string[]; ids?: string[] } | null;
      if (words?.error === BUSY && turn < MOST_TURNS) { await pause(Number(reply.headers.get("retry-after") ?? "2") * 1000, controller.signal); continue; }
      throw new Failed(reply.status, words?.error ?? "http", words?.message ?? t("The server answered {status}.", { status: reply.status }), words?.name, words?.near ?? words?.ids);
    }
  } catch (problem) {
    if (problem instanceof TypeError) throw new Failed(0, "offline", t("The server does not answer. Is it still running?"));
    throw problem;
  } finally {
    if (running.get(kind) === controller) running.delete(kind);
    tell();
  }
}

/** Ask; a newer question of the same kind ends an older one, whose promise then fails with an AbortError. */
export function ask<T>(kind: string, address: string, body?: unknown): Promise<T> {
  return fetched(kind, address, body, async (reply) => (await reply.json()) as T);
}

/** Ask for a file. */
export function file(address: string): Promise<Blob> {
  return fetched("file", address, undefined, (reply) => reply.blob());
}

/** Ask several questions as one task, whose progress is told as parts done, on top of those done before; a newer task of the same kind takes its place. */
export async function inParts<P, T>(kind: string, before: number, parts: P[], size: (part: P) => number, one: (part: P) => Promise<T>, take: (answer: T) => void): Promise<void> {
  const mine = { done: before, of: parts.reduce((sum, part) => sum + size(part), before) };
  tasks.set(kind, mine);
  try {
    for (const part of parts) {
      take(await one(part));
      mine.done += size(part);
      tell();
    }
  } finally {
    if (tasks.get(kind) === mine) tasks.delete(kind);
    tell();
  }
}

/** Whether asking the same again may bring an answer: the server had no time for it, or was not there. */
export const isLate = (problem: unknown): boolean => problem instanceof Failed && (problem.status === 503 || problem.status === 0);

export function isAborted(problem: unknown): boolean {
  return problem instanceof DOMException && problem.name === "AbortError";
}

/** What went wrong, in the language spoken. */
export const words = (problem: unknown): string => (problem instanceof Failed ? refusal(problem.error, problem.message, problem.asked) : problem instanceof Error ? problem.message : String(problem));
