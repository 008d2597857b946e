import v8 from 'node:v8';

/** What V8 multiplies the young generation by when many of its objects stay alive. */
const GROWTH = '--semi-space-growth-factor';

/**
 * Keeps the young generation at its first size while the server starts. All that a start makes stays
 * alive, so V8 would let it grow to 32 MiB, and keep that for good (ADR 0060).
 */
v8.setFlagsFromString(`${GROWTH}=1`);

/** From now on the young generation grows with the requests that are open at once. */
export function letYoungGenerationGrow(): void {
  v8.setFlagsFromString(`${GROWTH}=2`); // V8's own factor
}
