import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import 'reflect-metadata';
import type { DataSource } from 'typeorm';
import { Database } from '../../src/platform/database/database.js';
import type { Tx } from '../../src/platform/database/sql.js';
import { Limiters } from '../../src/security/rate-limits/limiters.js';
import { PostgresCounters } from '../../src/security/rate-limits/postgres-counters.js';
import { KeyRing } from '../../src/platform/crypto/key-ring.js';
import { expectCountersToKeepTheirContract } from '../support/counters-contract.js';
import { openDataSource } from '../support/data-source.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

describe('transactions', () => {
  let own: TestDatabase;
  let dataSource: DataSource;
  let database: Database;
  beforeAll(async () => {
    own = await createTestDatabase();
    dataSource = await openDataSource(own, 5);
    database = new Database(dataSource);
    await own.pool.query('CREATE TABLE counters (id int PRIMARY KEY, value int NOT NULL)');
  });
  afterAll(async () => {
    await dataSource.destroy();
    await own.drop();
  });

  it.each([
    ['ended by a deadlock', 'query', 1, 2],
    ['whose deadlocked statement waited for the commit', 'runLater', 11, 12],
  ] as const)('CC-08 a transaction %s runs again unnoticed, and both count once', async (_, method, one, other) => {
    await own.pool.query('INSERT INTO counters VALUES ($1, 0), ($2, 0)', [one, other]);
    let begun = 0;
    let bothHaveBegun!: () => void;
    const both = new Promise<void>((resolve) => (bothHaveBegun = resolve));
    const counts: Promise<void>[] = [];
    const countInOrder = (first: number, second: number) =>
      database.transaction(async (tx) => {
        // Without this wait, the transaction that runs again could lock its first row before the other transaction
        // wakes up. Both would deadlock once more.
        if (begun >= 2) await Promise.race(counts);
        await tx.query('UPDATE counters SET value = value + 1 WHERE id = $1', [first]);
        begun += 1;
        if (begun >= 2) bothHaveBegun();
        await both;
        await tx[method]('UPDATE counters SET value = value + 1 WHERE id = $1', [second]);
      });
    counts.push(countInOrder(one, other), countInOrder(other, one));
    await Promise.all(counts);
    expect(begun).toBe(3);
    const { rows } = await own.pool.query('SELECT value FROM counters WHERE id IN ($1, $2)', [one, other]);
    expect(rows).toEqual([{ value: 2 }, { value: 2 }]);
  });

  const insertLater = (tx: Tx, id: number) => tx.runLater('INSERT INTO counters VALUES ($1, 0)', [id]);
  const countOf = async (...ids: number[]) =>
    (await own.pool.query('SELECT FROM counters WHERE id = ANY($1)', [ids])).rowCount;

  it('a runLater statement runs before the next statement, and before one of an entity manager', async () => {
    await database.transaction(async (tx) => {
      await insertLater(tx, 21);
      expect((await tx.query('SELECT FROM counters WHERE id = 21')).count).toBe(1);
      await insertLater(tx, 22);
      expect(await tx.manager.query('SELECT id FROM counters WHERE id = 22')).toHaveLength(1);
      await insertLater(tx, 23);
    });
    expect(await countOf(21, 22, 23)).toBe(3);
  });

  it('a runLater statement that fails undoes everything, and callers see its error', async () => {
    await own.pool.query('INSERT INTO counters VALUES (30, 0)');
    const isDuplicate = { code: '23505' };
    const failing = (work: (tx: Tx) => Promise<unknown>) =>
      database.transaction(async (tx) => {
        await insertLater(tx, 31);
        await insertLater(tx, 30);
        await work(tx);
      });
    await expect(failing(async () => undefined)).rejects.toMatchObject(isDuplicate);
    await expect(failing((tx) => tx.query('SELECT 1'))).rejects.toMatchObject(isDuplicate);
    await expect(failing((tx) => tx.manager.query('SELECT 1'))).rejects.toMatchObject(isDuplicate);
    expect(await countOf(31)).toBe(0);
  });

  it('a runLater statement that fails in a nested part undoes only that part', async () => {
    await database.transaction(async (tx) => {
      await insertLater(tx, 41);
      const part = tx.nested(async () => {
        await insertLater(tx, 42);
        await insertLater(tx, 41);
      });
      await expect(part).rejects.toMatchObject({ code: '23505' });
      await insertLater(tx, 43);
    });
    expect([await countOf(41, 43), await countOf(42)]).toEqual([2, 0]);
  });

  it('a nested part that fails runs no follow-up, and undoes no more than itself', async () => {
    const followedUp: string[] = [];
    await database.transaction(async (tx) => {
      const outer = tx.nested(async () => {
        await insertLater(tx, 51);
        const inner = tx.nested(async () => {
          tx.afterCommit(() => followedUp.push('inner'));
          await insertLater(tx, 51);
        });
        await expect(inner).rejects.toMatchObject({ code: '23505' });
        throw new Error('no');
      });
      await expect(outer).rejects.toThrow('no');
      await insertLater(tx, 52);
      tx.afterCommit(() => followedUp.push('whole'));
    });
    expect([await countOf(51), await countOf(52), followedUp]).toEqual([0, 1, ['whole']]);
  });

  it('entities saved together join the transaction', async () => {
    await expect(
      database.transaction(async (tx) => {
        await tx.manager.getRepository('OutboxMessage').save([outboxRow(), outboxRow()]);
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    expect((await own.pool.query('SELECT FROM outbox_messages')).rowCount).toBe(0);
  });

  it('a transaction that fails by itself runs once', async () => {
    let runs = 0;
    const work = database.transaction(async () => {
      runs += 1;
      throw new Error('no');
    });
    await expect(work).rejects.toThrow('no');
    expect(runs).toBe(1);
  });

  it('BF-09 limits in PostgreSQL count what they grant and never what they refuse', async () => {
    await expectCountersToKeepTheirContract(new PostgresCounters(database));
  });

  it('FT-11 rate limits use the clock of the database, whatever the clock of this process', async () => {
    const limiter = new Limiters(new PostgresCounters(database), new KeyRing(['s'.repeat(40)])).make('test', 2, 60);
    const rightNow = Date.now;
    const takeAt = async (offsetMinutes: number) => {
      Date.now = () => rightNow() + offsetMinutes * 60_000;
      try {
        return await limiter.take('ada');
      } finally {
        Date.now = rightNow;
      }
    };
    expect(await takeAt(0)).toEqual({ isAllowed: true, points: 1, retryAfterSeconds: 60 });
    expect((await takeAt(5)).isAllowed).toBe(true);
    expect((await takeAt(5)).isAllowed).toBe(false);
    const { isAllowed, retryAfterSeconds } = await takeAt(-60);
    expect([isAllowed, retryAfterSeconds > 0 && retryAfterSeconds <= 60]).toEqual([false, true]);
    expect((await limiter.peek('ada')).isAllowed).toBe(false);
    await own.pool.query('UPDATE rate_limits SET expire = expire - 61000');
    expect(await limiter.take('ada')).toEqual({ isAllowed: true, points: 1, retryAfterSeconds: 60 });
  });

  it('FT-11 a limit lasts no longer than its window when the database clock was set back', async () => {
    const limiter = new Limiters(new PostgresCounters(database), new KeyRing(['s'.repeat(40)])).make('set-back', 1, 60);
    await limiter.take('ada');
    await own.pool.query('UPDATE rate_limits SET expire = expire + 3600000');
    expect((await limiter.take('ada')).retryAfterSeconds).toBeLessThanOrEqual(60);
  });

  it('limits restart once while SECRET changes: not when the new secret is appended, nor when the old one is removed', async () => {
    const [old, next] = ['o'.repeat(40), 'n'.repeat(40)];
    const takeUnder = (...secrets: string[]) =>
      new Limiters(new PostgresCounters(database), new KeyRing(secrets)).make('rotation', 1, 60).take('ada');
    const isAllowed = [];
    for (const secrets of [[old], [old, next], [next, old], [next]])
      isAllowed.push((await takeUnder(...secrets)).isAllowed);
    expect(isAllowed).toEqual([true, false, true, false]);
  });
});

function outboxRow() {
  const id = randomUUID();
  return { id, template: 'sign-up', locale: 'en', status: 'withheld', payload: null, messageId: `<${id}@test>` };
}
