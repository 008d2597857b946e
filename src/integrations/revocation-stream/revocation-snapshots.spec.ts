import { beforeEach, describe, expect, it } from '@jest/globals';
import { Clock } from '../../platform/database/clock.js';
import type { Database } from '../../platform/database/database.js';
import type { Notifications } from '../../platform/database/notifications.js';
import { RevocationFeed } from '../../sessions/revocation/revocation-feed.js';
import { RevocationSnapshots } from './revocation-snapshots.js';

const NOON = 1_764_000_000;

class TestClock extends Clock {
  seconds = NOON;

  override now(): number {
    return this.seconds;
  }
}

describe('the revocations in force', () => {
  let clock: TestClock;
  let feed: RevocationFeed;
  let snapshots: RevocationSnapshots;
  beforeEach(() => {
    clock = new TestClock();
    feed = new RevocationFeed({} as Notifications, {} as Database, clock);
    snapshots = new RevocationSnapshots(feed, clock);
    snapshots.onModuleInit();
  });

  const idsAfter = (after?: number): string[] => snapshots.list(after).map(({ id }) => id);
  const revoke = (id: string, { before = clock.seconds, until = clock.seconds + 660 } = {}): void =>
    feed.add(id, { before, until });

  it('RS-20 are listed until the last token has expired', () => {
    revoke('old', { until: NOON + 100 });
    revoke('new');
    expect(idsAfter()).toEqual(['old', 'new']);
    clock.seconds += 100;
    expect(idsAfter()).toEqual(['new']);
  });

  it('RS-21 include one that committed late, although its time is long before the position', () => {
    revoke('in time');
    clock.seconds += 300;
    revoke('late', { before: NOON - 120 });
    expect(idsAfter(NOON + 290)).toEqual(['late']);
    expect(idsAfter(NOON + 305)).toEqual(['late']); // a replica may have learned of it a little later
    expect(idsAfter(NOON + 320)).toEqual([]);
  });

  it('RS-21 keep the position under which they were first sent', () => {
    revoke('one');
    clock.seconds += 300;
    revoke('one');
    expect(snapshots.list()).toEqual([expect.objectContaining({ id: 'one', cursor: String(NOON) })]);
  });

  it('RS-21 carry no position to resume from, whether they are in the snapshot or come after it', () => {
    revoke('one');
    snapshots.encode();
    revoke('two');
    expect(Buffer.concat(snapshots.encode()).toString()).not.toMatch(/^id:/m);
  });

  it('RS-23 are encoded once for listeners that come together, and with what came in between', () => {
    revoke('one');
    const [first, second] = [snapshots.encode(), snapshots.encode()];
    expect(second[0]).toBe(first[0]);
    revoke('two');
    const third = Buffer.concat(snapshots.encode()).toString();
    expect(third.match(/"id":"(one|two)"/g)).toHaveLength(2);
    expect(third.endsWith('\n\n')).toBe(true);
    expect(Buffer.concat(snapshots.encode(NOON + 400)).toString()).toBe('');
  });
});
