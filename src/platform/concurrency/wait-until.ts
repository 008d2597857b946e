import { setImmediate as turn, setTimeout as delay } from 'node:timers/promises';

/** How much sooner the process wakes up: timers are late by up to a millisecond. */
const WAKE_EARLIER_MS = 1.5;

/**
 * Waits until this moment of `performance.now()`, to a few microseconds. A timer alone sleeps whole
 * milliseconds from the last event of the process, so its end would show when earlier work had ended.
 */
export async function waitUntil(moment: number): Promise<void> {
  const sleepMs = Math.floor(moment - performance.now() - WAKE_EARLIER_MS);
  if (sleepMs > 0) await delay(sleepMs);
  while (performance.now() < moment) await turn();
}
