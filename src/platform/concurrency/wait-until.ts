import { setImmediate as turn, setTimeout as delay } from 'node:timers/promises';

/** How much sooner the process wakes up: timers are late by up to a millisecond. */
const WAKE_EARLIER_MS = 1.5;

/**
 * Waits until this moment of `performance.now()`, to a few microseconds. A timer alone counts whole
 * milliseconds from the event in which the earlier work ended. An attacker who measures the response
 * time could then find out when that was.
 */
export async function waitUntil(moment: number): Promise<void> {
  const sleepMs = Math.floor(moment - performance.now() - WAKE_EARLIER_MS);
  if (sleepMs > 0) await delay(sleepMs);
  while (performance.now() < moment) await turn();
}
