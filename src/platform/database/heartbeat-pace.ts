import { setTimeout as delay } from 'node:timers/promises';

interface Pauses {
  /** Between two heartbeats while requests need them. */
  readonly busyMs: number;
  /** Between two heartbeats while no request needs them: they only detect a lost connection. */
  readonly idleMs: number;
  /** After this long without a request the pauses become long. */
  readonly idleAfterMs: number;
}

/** Decides when the next heartbeat is due: often while requests need it, seldom otherwise. */
export class HeartbeatPace {
  private lastNeededMs = performance.now();
  /** Ends the long pause in progress. */
  private longPause: AbortController | undefined;

  constructor(private readonly pauses: Pauses) {}

  /** The longest time that may pass between two heartbeats now. */
  get pauseMs(): number {
    return this.longPause ? this.pauses.idleMs : this.pauses.busyMs;
  }

  /** A request needs the heartbeat: a long pause ends at once. */
  need(): void {
    this.lastNeededMs = performance.now();
    this.longPause?.abort();
  }

  /** Resolves when the next heartbeat is due, or at shutdown. */
  async pause(shutdown: AbortSignal): Promise<void> {
    if (performance.now() - this.lastNeededMs < this.pauses.idleAfterMs)
      return delay(this.pauses.busyMs, undefined, { signal: shutdown }).catch(() => undefined);
    const longPause = (this.longPause = new AbortController());
    const end = (): void => longPause.abort();
    if (shutdown.aborted) end();
    // Not AbortSignal.any: in Node.js 20 each call leaves an entry at the signal of the shutdown.
    shutdown.addEventListener('abort', end, { once: true });
    await delay(this.pauses.idleMs, undefined, { signal: longPause.signal }).catch(() => undefined);
    shutdown.removeEventListener('abort', end);
    this.longPause = undefined;
  }
}
