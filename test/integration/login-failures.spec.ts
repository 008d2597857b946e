import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import 'reflect-metadata';
import type { DataSource } from 'typeorm';
import { Database } from '../../src/platform/database/database.js';
import {
  LoginFailuresRepository,
  type FailureCounter,
} from '../../src/security/rate-limits/login-failures.repository.js';
import { openDataSource } from '../support/data-source.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

describe('the failures of logins', () => {
  let own: TestDatabase;
  let dataSource: DataSource;
  let failures: LoginFailuresRepository;
  beforeAll(async () => {
    own = await createTestDatabase();
    dataSource = await openDataSource(own);
    failures = new LoginFailuresRepository(new Database(dataSource));
  });
  afterAll(async () => {
    await dataSource.destroy();
    await own.drop();
  });

  const counter = (limits: Partial<FailureCounter>): FailureCounter => ({
    key: randomBytes(32),
    account: randomBytes(32),
    limit: 3,
    firstWaitSeconds: 60,
    maxWaitSeconds: 3600,
    hardLimit: null,
    ...limits,
  });
  const count = (subject: FailureCounter) => failures.count(subject, [subject.key]);

  it('BF-01 begin a wait with the very first one where the limit is one', async () => {
    const subject = counter({ limit: 1 });
    expect([await count(subject), await count(subject)]).toEqual([1, null]);
    expect(await failures.findSecondsToWait([subject.key])).toBe(60);
    const endless = counter({ hardLimit: 1 });
    expect([await count(endless), await count(endless)]).toEqual([1, null]);
    expect(await failures.findSecondsToWait([endless.key])).toBeNull();
  });

  it('keep a wait that a later one began, when an earlier one is refunded', async () => {
    const subject = counter({ limit: 2 });
    expect([await count(subject), await count(subject)]).toEqual([1, 2]);
    await failures.refund(subject.key, 1);
    expect(await count(subject)).toBeNull();
    await failures.refund(subject.key, 2);
    expect(await count(subject)).toBe(1);
  });

  it('leave nothing to wait for once a wait has ended', async () => {
    const subject = counter({ limit: 1 });
    await count(subject);
    await own.pool.query(`UPDATE login_failures SET blocked_until = now() - interval '1 minute' WHERE key = $1`, [
      subject.key,
    ]);
    expect(await failures.findSecondsToWait([subject.key])).toBeNull();
    expect(await count(subject)).toBe(2);
  });
});
