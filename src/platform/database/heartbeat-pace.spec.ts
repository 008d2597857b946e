import { getEventListeners } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { HeartbeatPace } from './heartbeat-pace.js';

/** Longer than any test: a pause of this length ends only when a request or the shutdown ends it. */
const NEVER = 2 ** 31 - 1;

describe('the pace of the heartbeat', () => {
  const running = () => new AbortController();

  it('is fast while requests need it', async () => {
    const pace = new HeartbeatPace({ busyMs: 1, idleMs: NEVER, idleAfterMs: NEVER });
    await pace.pause(running().signal);
    expect(pace.pauseMs).toBe(1);
  });

  it('is slow after a time without requests, and fast again at the next one', async () => {
    const pace = new HeartbeatPace({ busyMs: 1, idleMs: NEVER, idleAfterMs: 0 });
    const pause = pace.pause(running().signal);
    expect(pace.pauseMs).toBe(NEVER);
    pace.need();
    await pause;
    expect(pace.pauseMs).toBe(1);
  });

  it('holds up no shutdown, slow or fast', async () => {
    for (const idleAfterMs of [0, NEVER]) {
      const pace = new HeartbeatPace({ busyMs: NEVER, idleMs: NEVER, idleAfterMs });
      const shutdown = running();
      const pause = pace.pause(shutdown.signal);
      shutdown.abort();
      await pause;
    }
  });

  it('leaves nothing behind at the signal of the shutdown', async () => {
    const pace = new HeartbeatPace({ busyMs: 1, idleMs: 1, idleAfterMs: 0 });
    const { signal } = running();
    for (let pauses = 0; pauses < 3; pauses += 1) await pace.pause(signal);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
    // Node.js keeps the signals that depend on another one in a set under a symbol.
    const fields = signal as unknown as Record<symbol, { size?: number } | null>;
    const kept = Object.getOwnPropertySymbols(signal).filter((key) => key.description === 'kDependantSignals');
    expect(kept.filter((key) => (fields[key]?.size ?? 0) > 0)).toEqual([]);
  });

  it('makes no long pause after the shutdown', async () => {
    const pace = new HeartbeatPace({ busyMs: 1, idleMs: NEVER, idleAfterMs: 0 });
    await pace.pause(AbortSignal.abort());
    expect(pace.pauseMs).toBe(1);
  });
});
