import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { EventStreamParser, type StreamMessage } from '../src/event-stream.js';
import { Revocations } from '../src/revocations.js';

afterEach(() => {
  jest.restoreAllMocks();
});

const iso = (seconds: number): string => new Date(seconds * 1000).toISOString();
const heartbeat = (seconds: number): StreamMessage => ({
  event: 'heartbeat',
  data: JSON.stringify({ serverTime: iso(seconds) }),
  id: undefined,
});

/** Replaces both clocks of this machine by ones that the test sets, in milliseconds. */
function givenClocks(): { wall: number; monotonic: number } {
  const clocks = { wall: 1_000_000, monotonic: 0 };
  jest.spyOn(Date, 'now').mockImplementation(() => clocks.wall);
  jest.spyOn(performance, 'now').mockImplementation(() => clocks.monotonic);
  return clocks;
}

describe('revocations', () => {
  it.each(['wall', 'monotonic'] as const)('RS-31 are unknown when the %s clock shows a long silence', (clock) => {
    const clocks = givenClocks();
    const revocations = new Revocations(15_000);
    expect(revocations.isCurrent()).toBe(false);
    revocations.read(heartbeat(1000));
    clocks[clock] += 15_000;
    expect(revocations.isCurrent()).toBe(true);
    clocks[clock] += 1;
    expect(revocations.isCurrent()).toBe(false);
  });

  it('RS-31 are forgotten when the last token that they revoke has expired', () => {
    givenClocks();
    const revocations = new Revocations(15_000);
    const entry = { kind: 'session', id: 'a', before: iso(1000), until: iso(1600) };
    revocations.read({ event: 'revocation', data: JSON.stringify(entry), id: '1' });
    revocations.read(heartbeat(1599));
    expect(revocations.size).toBe(1);
    revocations.read(heartbeat(1600));
    expect(revocations.size).toBe(0);
  });

  it('RS-31 are read on from the last heartbeat, not from the last one, because those of a snapshot come in any order', () => {
    const revocations = new Revocations(15_000);
    const entry = { kind: 'session', id: 'a', before: iso(1000), until: iso(1600) };
    revocations.read({ event: 'revocation', data: JSON.stringify(entry), id: '9' });
    expect(revocations.lastId).toBeUndefined();
    revocations.read({ ...heartbeat(1000), id: '7' });
    expect(revocations.lastId).toBe('7');
  });

  it('RS-31 refuse a message whose times cannot be read', () => {
    const entry = { kind: 'session', id: 'a', before: 'now', until: 'later' };
    const revocations = new Revocations(15_000);
    expect(() => revocations.read({ event: 'revocation', data: JSON.stringify(entry), id: '1' })).toThrow();
  });
});

describe('the parser of event streams', () => {
  it('reads messages that are split over chunks, with both kinds of line ending, and ignores comments', () => {
    const messages: StreamMessage[] = [];
    const parser = new EventStreamParser((message) => messages.push(message));
    for (const chunk of [':\n\nid: 7\neve', 'nt: heartbeat\r\nda', 'ta: {"a":\ndata: 1}\n', '\nevent: x\n\n'])
      parser.push(chunk);
    expect(messages).toEqual([{ event: 'heartbeat', data: '{"a":\n1}', id: '7' }]);
  });
});
