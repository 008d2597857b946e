import { describe, expect, it, jest } from '@jest/globals';
import type { ApiKeyPrincipal } from '../../platform/http/principal.js';
import { StreamListener, type StreamResponse } from './stream-listener.js';

const KIB = 1024;
const principal: ApiKeyPrincipal = { apiKeyId: 'a', scopes: [], secretDigest: Buffer.alloc(32), expiresAt: null };

/** A response to a client that reads only when the test lets it. */
class SlowResponse {
  writableLength = 0;
  readonly written: Buffer[] = [];
  readonly end = jest.fn();
  readonly destroy = jest.fn();
  private onDrain: (() => void) | undefined;

  write(chunk: Buffer): boolean {
    this.written.push(chunk);
    this.writableLength += chunk.length;
    return false;
  }

  once(_event: string, listener: () => void): this {
    this.onDrain = listener;
    return this;
  }

  read(bytes = this.writableLength): void {
    this.writableLength -= bytes;
    if (this.writableLength === 0) this.onDrain?.();
  }
}

function listenTo(response: SlowResponse, first = Buffer.alloc(0)): StreamListener {
  return new StreamListener(response as unknown as StreamResponse, principal, [first]);
}

describe('a stream listener', () => {
  it('RS-23 is cut off when more waits for it than the limit', () => {
    const response = new SlowResponse();
    const listener = listenTo(response);
    for (let chunk = 0; chunk < 1024; chunk += 1) listener.send(Buffer.alloc(KIB));
    listener.send(Buffer.alloc(1));
    expect(response.destroy).not.toHaveBeenCalled();
    listener.send(Buffer.alloc(1));
    expect(response.destroy).toHaveBeenCalledTimes(1);
  });

  it('RS-23 may let its snapshot wait besides the limit, and has the limit alone once the snapshot is read', () => {
    const response = new SlowResponse();
    const listener = listenTo(response, Buffer.alloc(1000 * KIB));
    listener.send(Buffer.alloc(1000 * KIB));
    listener.send(Buffer.alloc(1));
    expect(response.destroy).not.toHaveBeenCalled();
    response.read();
    listener.send(Buffer.alloc(1025 * KIB));
    listener.send(Buffer.alloc(1));
    expect(response.destroy).toHaveBeenCalledTimes(1);
  });

  it('RS-23 has time in proportion to the size of its snapshot, because nothing shows that it reads', () => {
    const response = new SlowResponse();
    const listener = listenTo(response, Buffer.alloc(8 * KIB * KIB));
    const beat = Buffer.alloc(10);
    for (let round = 0; round < 37; round += 1) listener.beat(beat);
    expect(response.destroy).not.toHaveBeenCalled();
    response.read();
    for (let round = 0; round < 8; round += 1) listener.beat(beat);
    expect(response.destroy).toHaveBeenCalledTimes(1);
  });

  it('RS-23 is cut off when it takes nothing for six heartbeats, and not while it takes something', () => {
    const response = new SlowResponse();
    const listener = listenTo(response, Buffer.alloc(1000 * KIB));
    const beat = Buffer.alloc(10);
    for (let round = 0; round < 20; round += 1) {
      listener.beat(beat);
      response.read(KIB);
    }
    expect(response.destroy).not.toHaveBeenCalled();
    response.read();
    for (let round = 0; round < 8; round += 1) listener.beat(beat);
    expect(response.destroy).toHaveBeenCalledTimes(1);
  });

  it('gets nothing after its end, and is cut off at its end if it is not reading', () => {
    const [reading, stuck] = [new SlowResponse(), new SlowResponse()];
    const [one, other] = [listenTo(reading), listenTo(stuck, Buffer.alloc(KIB))];
    one.end();
    other.end();
    expect([reading.end.mock.calls.length, reading.destroy.mock.calls.length]).toEqual([1, 0]);
    expect([stuck.end.mock.calls.length, stuck.destroy.mock.calls.length]).toEqual([0, 1]);
    one.send(Buffer.alloc(1));
    expect(reading.written).toHaveLength(1);
  });

  it('RS-23 shares the bytes with all others', () => {
    const chunk = Buffer.alloc(KIB);
    const responses = [new SlowResponse(), new SlowResponse()];
    for (const response of responses) listenTo(response).send(chunk);
    expect(responses.every(({ written }) => written[1] === chunk)).toBe(true);
  });
});
