// Preloaded: timeouts of some lengths take longer, so that on a busy machine no answer comes too
// late. PATIENT_TIMERS_MS lists them, such as 250=20000.
import process from 'node:process';

const lengths = (process.env.PATIENT_TIMERS_MS ?? '').split(',').map((pair) => pair.split('=').map(Number));
const patience = new Map(lengths);
const lengthen = (ms) => patience.get(ms) ?? ms;

const realSetTimeout = globalThis.setTimeout;
globalThis.setTimeout = Object.assign(
  (callback, ms, ...args) => realSetTimeout(callback, lengthen(ms), ...args),
  realSetTimeout,
);
const realTimeout = AbortSignal.timeout;
AbortSignal.timeout = (ms) => realTimeout.call(AbortSignal, lengthen(ms));
