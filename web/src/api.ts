// Asking the server: one latest question of a kind at a time, what is under way, words for what goes wrong.

import { inLanguage, spoken, t } from "./language";

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

/** Stop every question that is still being answered; the server ends their computation too. */
export function cancel(): void {
  for (const controller of running.values()) controller.abort();
  running.clear();
  tell();
}

async function fetched<T>(kind: string, address: string, body: unknown, take: (reply: Response) => Promise<T>): Promise<T> {
  running.get(kind)?.abort();
  const controller = new AbortController();
  running.set(kind, controller);
  tell();
  try {
    const reply = await fetch(body === undefined ? spoken(address) : address, {
      signal: controller.signal, credentials: "same-origin",
      ...(body === undefined ? {} : { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(inLanguage(body)) }),
    });
    if (reply.ok) return await take(reply);
    const words = (await reply.json().catch(() => null)) as { error?: string; message?: string; name?: string; near?: string[]; ids?: string[] } | null;
    throw new Failed(reply.status, words?.error ?? "http", words?.message ?? t("The server answered {status}.", { status: reply.status }), words?.name, words?.near ?? words?.ids);
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

/** Ask several questions as one task, whose progress is told as parts done; a newer task of the same kind takes its place. */
export async function inParts<P, T>(kind: string, parts: P[], size: (part: P) => number, one: (part: P) => Promise<T>, take: (answer: T) => void): Promise<void> {
  const mine = { done: 0, of: parts.reduce((sum, part) => sum + size(part), 0) };
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

export function isAborted(problem: unknown): boolean {
  return problem instanceof DOMException && problem.name === "AbortError";
}

export const words = (problem: unknown): string => (problem instanceof Error ? problem.message : String(problem));
