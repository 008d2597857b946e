import { describe, expect, it } from '@jest/globals';
import { HeartbeatPace } from './heartbeat-pace.js';

/** Longer than any test: a pause of this length ends only by a cause. */
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
});
