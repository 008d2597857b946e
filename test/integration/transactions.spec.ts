import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import 'reflect-metadata';
import { DataSource } from 'typeorm';
import { Database } from '../../src/platform/database/database.js';
import { dataSourceOptions } from '../../src/bootstrap/data-source.js';
import { Limiters } from '../../src/security/rate-limits/limiters.js';
import { PostgresCounters } from '../../src/security/rate-limits/postgres-counters.js';
import { KeyRing } from '../../src/platform/crypto/key-ring.js';
import { expectCountersToKeepTheirContract } from '../support/counters-contract.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

describe('transactions', () => {
  let own: TestDatabase;
  let dataSource: DataSource;
  let database: Database;
  beforeAll(async () => {
    own = await createTestDatabase();
    dataSource = await new DataSource(
      dataSourceOptions({ url: own.url, poolSize: 5, timeoutSeconds: 30 }),
    ).initialize();
    database = new Database(dataSource);
    await own.pool.query('CREATE TABLE counters (id int PRIMARY KEY, value int NOT NULL)');
  });
  afterAll(async () => {
    await dataSource.destroy();
    await own.drop();
  });

  it('CC-08 a transaction ended by a deadlock runs again unnoticed, and both count once', async () => {
    await own.pool.query('INSERT INTO counters VALUES (1, 0), (2, 0)');
    let begun = 0;
    let bothHaveBegun!: () => void;
    const both = new Promise<void>((resolve) => (bothHaveBegun = resolve));
    const countInOrder = (first: number, second: number) =>
      database.transaction(async (tx) => {
        await tx.query('UPDATE counters SET value = value + 1 WHERE id = $1', [first]);
        begun += 1;
        if (begun >= 2) bothHaveBegun();
        await both;
        await tx.query('UPDATE counters SET value = value + 1 WHERE id = $1', [second]);
      });
    await Promise.all([countInOrder(1, 2), countInOrder(2, 1)]);
    expect(begun).toBe(3);
    const { rows } = await own.pool.query('SELECT value FROM counters ORDER BY id');
    expect(rows).toEqual([{ value: 2 }, { value: 2 }]);
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
