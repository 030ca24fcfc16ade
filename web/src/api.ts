// Asking the server: one latest question of a kind at a time, a line of progress for slow ones, words for what goes wrong.

export class Failed extends Error {
  constructor(readonly status: number, readonly error: string, message: string) { super(message); }
}

type Listener = (running: number, share: number | null) => void;
const running = new Map<string, AbortController>();
let listener: Listener = () => undefined;

export function onProgress(listen: Listener): void { listener = listen; }
export function tellProgress(share: number | null): void { listener(running.size, share); }

/** Stop every question that is still being answered. */
export function cancel(): void {
  for (const controller of running.values()) controller.abort();
  running.clear();
  listener(0, null);
}

/** Ask; a newer question of the same kind ends an older one, whose promise then fails with an AbortError. */
export async function ask<T>(kind: string, address: string, body?: unknown): Promise<T> {
  running.get(kind)?.abort();
  const controller = new AbortController();
  running.set(kind, controller);
  listener(running.size, null);
  try {
    const reply = await fetch(address, {
      signal: controller.signal, credentials: "same-origin",
      ...(body === undefined ? {} : { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
    });
    const told: unknown = await reply.json().catch(() => null);
    if (!reply.ok) {
      const words = told as { error?: string; message?: string } | null;
      throw new Failed(reply.status, words?.error ?? "http", words?.message ?? `The server answered ${reply.status}.`);
    }
    return told as T;
  } catch (problem) {
    if (problem instanceof TypeError) throw new Failed(0, "offline", "The server does not answer. Is it still running?");
    throw problem;
  } finally {
    if (running.get(kind) === controller) running.delete(kind);
    listener(running.size, null);
  }
}

export function isAborted(problem: unknown): boolean {
  return problem instanceof DOMException && problem.name === "AbortError";
}
