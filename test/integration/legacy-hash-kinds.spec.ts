import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Database } from '../../src/platform/database/database.js';
import { LegacyHashKindsRepository } from '../../src/users/legacy-hash-kinds.repository.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const KIND = '$pbkdf2-sha256$i=600000';

describe('the shares of legacy hashes', () => {
  let own: TestDatabase;
  beforeAll(async () => {
    own = await createTestDatabase();
  });
  afterAll(() => own.drop());

  it('IM-03 are parts of all members, before and after the first ANALYZE', async () => {
    for (const [number, hash] of [`${KIND}$c2FsdA$dGFn`, ...Array<string>(3).fill('$argon2id$x')].entries())
      await own.pool.query(
        `INSERT INTO members (id, login_id, email, email_key, password_hash, name, locale) VALUES ($1, $2, $3, $3, $4, 'Ada', 'en')`,
        [randomUUID(), `member${number}`, `member${number}@example.com`, hash],
      );
    const kinds = new LegacyHashKindsRepository(own.pool as unknown as Database);
    const { rows } = await own.pool.query(`SELECT reltuples FROM pg_class WHERE oid = 'members'::regclass`);
    expect(rows[0].reltuples).toBeLessThanOrEqual(0);
    expect(await kinds.findShares()).toEqual([{ kind: KIND, share: 0.25 }]);
    await own.pool.query('ANALYZE members');
    expect(await kinds.findShares()).toEqual([{ kind: KIND, share: 0.25 }]);
  });
});
