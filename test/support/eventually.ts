import { setTimeout as pause } from 'node:timers/promises';

/** Long, because it only limits how long a failure takes. */
const TIMEOUT_MS = 30_000;
const POLL_MS = 25;
/** Later polls are rarer, so that waiting tests do not slow down a busy machine further. */
const MAX_POLL_MS = 200;

/**
 * Calls `look` until it returns a value.
 * @throws Error after `timeoutMs`
 */
export async function eventually<T>(
  what: string,
  look: () => Promise<T | undefined>,
  timeoutMs = TIMEOUT_MS,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (let pollMs = POLL_MS; ; pollMs = Math.min(pollMs * 1.2, MAX_POLL_MS)) {
    const value = await look();
    if (value !== undefined) return value;
    if (Date.now() > deadline) throw new Error(`Not in time: ${what}`);
    await pause(pollMs);
  }
}
