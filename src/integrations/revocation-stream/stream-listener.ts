import type { ServerResponse } from 'node:http';
import type { ApiKeyPrincipal } from '../../platform/http/principal.js';

/** What may wait for a listener besides the first message, in bytes. */
const MAX_BUFFERED_BYTES = 1024 * 1024;
/** A listener for which no fewer bytes wait after this many heartbeats is cut off. */
const MAX_STALLED_BEATS = 6;
/** The slowest reading of a snapshot. Node.js reports a write as read only when all of it is. */
const MIN_BYTES_PER_BEAT = 256 * 1024;

/** The parts of a response that a listener uses. */
export type StreamResponse = Pick<ServerResponse, 'write' | 'end' | 'destroy' | 'writableLength' | 'once'>;

/**
 * One open stream. It keeps no copy of what it sends: all listeners share the bytes. A listener that
 * reads too slowly is cut off instead of filling the memory; it resumes with its last position.
 */
export class StreamListener {
  private limit: number;
  private maxStalledBeats: number;
  private stalledBeats = 0;
  private waitingBytes = 0;
  private isOver = false;

  /** @param first the snapshot, which may be larger than the limit until it is read */
  constructor(
    private readonly response: StreamResponse,
    readonly principal: ApiKeyPrincipal,
    first: readonly Buffer[],
  ) {
    const size = first.reduce((sum, { length }) => sum + length, 0);
    this.limit = MAX_BUFFERED_BYTES + size;
    this.maxStalledBeats = MAX_STALLED_BEATS + Math.ceil(size / MIN_BYTES_PER_BEAT);
    const isRead = first.map((chunk) => response.write(chunk)).every(Boolean);
    if (isRead) this.noteSnapshotRead();
    else response.once('drain', () => this.noteSnapshotRead());
  }

  private noteSnapshotRead(): void {
    this.limit = MAX_BUFFERED_BYTES;
    this.maxStalledBeats = MAX_STALLED_BEATS;
  }

  send(chunk: Buffer): void {
    if (this.isOver) return;
    if (this.response.writableLength > this.limit) this.cutOff();
    else this.response.write(chunk);
  }

  /** As {@link send}, and cuts off a listener that takes nothing. */
  beat(chunk: Buffer): void {
    if (this.isOver) return;
    const waiting = this.response.writableLength;
    this.stalledBeats = waiting > 0 && waiting >= this.waitingBytes ? this.stalledBeats + 1 : 0;
    this.waitingBytes = waiting;
    if (this.stalledBeats >= this.maxStalledBeats) this.cutOff();
    else this.send(chunk);
  }

  /** Ends the stream; the listener connects again. One that is not reading would delay a shutdown. */
  end(): void {
    this.isOver = true;
    if (this.response.writableLength > 0) this.response.destroy();
    else this.response.end();
  }

  private cutOff(): void {
    this.isOver = true;
    this.response.destroy();
  }
}
