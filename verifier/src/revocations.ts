import type { AccessTokenClaims } from './claims.js';
import type { StreamMessage } from './event-stream.js';

/** Times in seconds since 1970. */
interface Revocation {
  /** Tokens issued up to this time are revoked. */
  readonly before: number;
  /** When the last of them has expired. */
  readonly until: number;
}

const secondsOf = (text: string): number => {
  const time = Date.parse(text) / 1000;
  if (Number.isNaN(time)) throw new Error('a message whose time cannot be read');
  return time;
};

/** Knows revocations in force, and the server's clock, from the messages of the stream. */
export class Revocations {
  /**
   * The position to resume from: the id of the last heartbeat. Every revocation before it has been
   * received. A revocation is no such position, because those of a snapshot come in any order.
   */
  lastId: string | undefined;
  private readonly entries = new Map<string, Revocation>();
  private clockOffset = 0;
  private heardAt: { readonly monotonic: number; readonly wall: number } | undefined;

  constructor(private readonly maxSilenceMs: number) {}

  get size(): number {
    return this.entries.size;
  }

  /** The server's time, in seconds since 1970; that of this machine before the first heartbeat. */
  now(): number {
    return Date.now() / 1000 + this.clockOffset;
  }

  /** @throws Error for a malformed message */
  read({ event, data, id }: StreamMessage): void {
    if (event === 'revocation') {
      const entry = JSON.parse(data) as { kind: string; id: string; before: string; until: string };
      this.entries.set(`${entry.kind} ${entry.id}`, {
        before: secondsOf(entry.before),
        until: secondsOf(entry.until),
      });
    }
    // A server that may miss revocations sends `interrupted` instead of a heartbeat.
    if (event === 'interrupted') this.heardAt = undefined;
    // The first heartbeat of a connection follows everything in force.
    if (event !== 'heartbeat') return;
    this.hear(secondsOf((JSON.parse(data) as { serverTime: string }).serverTime));
    this.lastId = id ?? this.lastId;
  }

  /** Whether a heartbeat came recently. Without one, revocations may be missing (RS-31). */
  isCurrent(): boolean {
    if (this.heardAt === undefined) return false;
    // Both clocks: one stands still while a machine sleeps, the other can be set back.
    const { monotonic, wall } = this.heardAt;
    return Math.max(performance.now() - monotonic, Date.now() - wall) <= this.maxSilenceMs;
  }

  /** Whether this token was issued before its session or its member was revoked. */
  covers({ sid, sub, iat }: AccessTokenClaims): boolean {
    if (this.entries.size === 0) return false;
    return [this.entries.get(`session ${sid}`), this.entries.get(`member ${sub}`)].some(
      (entry) => entry !== undefined && iat <= entry.before,
    );
  }

  private hear(serverTime: number): void {
    this.heardAt = { monotonic: performance.now(), wall: Date.now() };
    this.clockOffset = serverTime - Date.now() / 1000;
    // After `until` all tokens have expired, so memory is bounded by their life.
    for (const [key, { until }] of this.entries) if (until <= serverTime) this.entries.delete(key);
  }
}
