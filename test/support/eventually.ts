import { setTimeout as pause } from 'node:timers/promises';

const TIMEOUT_MS = 10_000;
const POLL_MS = 25;

/** Looks again and again until there is something to see, and gives it; fails after ten seconds, or as many as are given. */
export async function eventually<T>(
  what: string,
  look: () => Promise<T | undefined>,
  timeoutMs = TIMEOUT_MS,
): Promise<T> {
  for (const deadline = Date.now() + timeoutMs; ; await pause(POLL_MS)) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw new Error(`Not in time: ${what}`);
  }
}
