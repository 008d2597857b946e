import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Database } from '../../src/platform/database/database.js';
import { KEEP_STARTS, LegacyHashKindsRepository } from '../../src/users/legacy-hash-kinds.repository.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const KIND = '$pbkdf2-sha256$i=600000';

describe('the shares of legacy hashes', () => {
  let own: TestDatabase;
  beforeAll(async () => {
    own = await createTestDatabase();
  });
  afterAll(() => own.drop());

  it('IM-03 SO-30 are parts of all members with a password, before and after the first ANALYZE', async () => {
    const hashes = [`${KIND}$c2FsdA$dGFn`, ...Array(3).fill('$argon2id$x'), ...Array(4).fill(null)] as (
      string | null
    )[];
    for (const [number, hash] of hashes.entries())
      await own.pool.query(
        `INSERT INTO members (id, login_id, email, email_key, password_hash, name, locale) VALUES ($1, $2, $3, $3, $4, 'Ada', 'en')`,
        [randomUUID(), `member${number}`, `member${number}@example.com`, hash],
      );
    const kinds = new LegacyHashKindsRepository(own.pool as unknown as Database);
    const { rows } = await own.pool.query(`SELECT reltuples FROM pg_class WHERE oid = 'members'::regclass`);
    expect(rows[0].reltuples).toBeLessThanOrEqual(0);
    expect(await kinds.findShares()).toEqual([{ kind: KIND, share: 0.25, start: 0 }]);
    await own.pool.query('ANALYZE members');
    expect(await kinds.findShares()).toEqual([{ kind: KIND, share: 0.25, start: 0 }]);
  });

  it('IM-03 begin where they did, while other kinds become fewer', async () => {
    const kinds = new LegacyHashKindsRepository(own.pool as unknown as Database);
    await own.pool.query(`UPDATE members SET password_hash = '$bcrypt-sha256$2b$12$abc' WHERE login_id = 'member1'`);
    await own.pool.query(KEEP_STARTS);
    const both = [
      { kind: '$bcrypt-sha256$2b$12', share: 0.25, start: 0 },
      { kind: KIND, share: 0.25, start: 0.25 },
    ];
    expect(await kinds.findShares()).toEqual(both);
    await own.pool.query(`UPDATE members SET password_hash = '$argon2id$x' WHERE login_id = 'member1'`);
    expect(await kinds.findShares()).toEqual(both.slice(1));
    await own.pool.query(KEEP_STARTS);
    expect(await kinds.findShares()).toEqual([{ ...both[1], start: 0 }]);
  });

  it('IM-03 count the claims of accounts whose address is not proven', async () => {
    await own.pool.query(
      `INSERT INTO imported_claims (id, login_id, email, email_key, password_hash, locale, created_at)
       SELECT gen_random_uuid(), 'claim' || n, n || '@example.com', n || '@example.com', $1, 'en', now() FROM generate_series(1, 4) n`,
      ['$2b$04$abc'],
    );
    const kinds = new LegacyHashKindsRepository(own.pool as unknown as Database);
    const shares = [
      { kind: KIND, share: 0.125, start: 0 },
      { kind: '$2b$04', share: 0.5, start: expect.any(Number) },
    ];
    expect(await kinds.findShares()).toEqual(expect.arrayContaining(shares));
    await own.pool.query('ANALYZE imported_claims');
    expect(await kinds.findShares()).toEqual(expect.arrayContaining(shares));
  });
});
