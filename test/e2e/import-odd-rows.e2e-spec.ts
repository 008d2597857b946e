import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { munjigi, type Outcome } from '../support/command-line.js';
import { unique } from '../support/factories.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { allowTime } from '../support/test-length.js';

allowTime();

const directory = mkdtempSync(path.join(tmpdir(), 'import-'));
const file = path.join(directory, 'members.jsonl');
const rejectedFile = path.join(directory, 'rejected.jsonl');
const TIME = '2020-01-02T03:04:05.000Z';
const HALF = '\ud83d';
/** Nested deeper than the stack of PostgreSQL and of JSON.stringify allows. */
const DEEP = '[DEEP]';
const DEEP_JSON = '['.repeat(100_000) + ']'.repeat(100_000);
let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(async () => {
  await database.drop();
  rmSync(directory, { recursive: true });
});

async function importRows(...rows: object[]): Promise<Outcome> {
  const lines = rows.map((row) => JSON.stringify(row).replaceAll(JSON.stringify(DEEP), DEEP_JSON));
  writeFileSync(file, lines.join('\n'));
  const args = ['import', '--from', 'jsonl', '--file', file, '--rejected', rejectedFile, '--resume'];
  return munjigi(args, { DATABASE_URL: database.url });
}

const account = (values: object) => ({ id: randomUUID(), email: unique.email(), emailVerified: true, ...values });
const identity = (values: object) => ({
  provider: 'google',
  subject: unique.loginId(),
  email: null,
  createdAt: TIME,
  ...values,
});
const consent = (values: object) => ({
  ...{ id: 'terms', version: '1', language: 'en', sha256: 'a'.repeat(64), action: 'given', at: TIME, ip: '' },
  ...values,
});
const passkey = (values: object) => ({
  ...{ credentialId: randomBytes(16).toString('base64url'), publicKey: 'BAUG', signCount: 0, transports: [] },
  ...{ name: null, aaguid: null, backupEligible: true, backedUp: true, userVerified: true, createdAt: TIME },
  ...values,
});

describe('an import of odd rows', () => {
  it('IM-05 leaves out fields that it does not know, and imports the rows', async () => {
    const unknown = [{ displayName: `cut ${HALF}` }, { [HALF]: 1 }, { extra: DEEP }];
    const rows = unknown.map((fields) =>
      account({
        ...fields,
        passkeys: [passkey(fields)],
        identities: [identity(fields)],
        consents: [consent(fields)],
      }),
    );
    const { code, stdout, stderr } = await importRows(...rows);
    expect([code, stdout.trim(), stderr]).toEqual([0, '3 members added, 0 were imported before, 0 rows refused.', '']);
    const { rows: kept } = await database.pool.query(
      `SELECT (SELECT count(*)::int FROM passkeys) AS passkeys, (SELECT count(*)::int FROM identities) AS identities,
         (SELECT count(*)::int FROM consents) AS consents`,
    );
    expect(kept).toEqual([{ passkeys: 3, identities: 3, consents: 3 }]);
  });

  it('IM-05 refuses rows with values that the database cannot hold, lists their numbers, and imports the rest', async () => {
    const attributes = 'the attributes are too large, too deep or have text that cannot be stored';
    const half = 'a text has half a character';
    const nul = 'contains a NUL character';
    const odd: [object, string][] = [
      [{ name: `Ada ${HALF}` }, half],
      [{ loginId: `ada${HALF}` }, half],
      [{ email: `ada${HALF}@example.com` }, half],
      [{ passwordHash: `$2b$10$${HALF}` }, half],
      [{ locale: HALF }, half],
      [{ name: 'Ada\0' }, nul],
      [{ attributes: { note: 'Ada\0' } }, nul],
      [{ attributes: { note: HALF } }, attributes],
      [{ attributes: { [HALF]: 1 } }, attributes],
      [{ attributes: { deep: DEEP } }, attributes],
      [{ name: DEEP }, 'a value is not text'],
      [{ status: DEEP }, 'a value is not text'],
      [{ attributes: DEEP }, 'a value is not an object'],
      [{ passkeys: [passkey({ name: HALF })] }, 'a passkey is not valid'],
      [{ passkeys: [passkey({ transports: [HALF] })] }, 'a passkey is not valid'],
      [{ passkeys: [passkey({ transports: [DEEP] })] }, 'a passkey is not valid'],
      [{ passkeys: [passkey({ credentialId: randomBytes(3000).toString('base64url') })] }, 'a passkey is not valid'],
      [{ identities: [identity({ subject: HALF })] }, 'an identity is not valid'],
      [{ identities: [identity({ email: DEEP })] }, 'an identity is not valid'],
      [{ consents: [consent({ ip: HALF })] }, 'a consent is not valid'],
      [{ consents: [DEEP] }, 'a value is not an object'],
      [{ recoveryCodeHashes: [HALF] }, 'a recovery code is not valid'],
    ];
    const { code, stdout } = await importRows(...odd.map(([values]) => account(values)), account({ name: 'Bob' }));
    expect([code, stdout.trim()]).toEqual([1, `1 members added, 0 were imported before, ${odd.length} rows refused.`]);
    const refused = readFileSync(rejectedFile, 'utf8').trim().split('\n');
    expect(refused.map((line) => JSON.parse(line))).toEqual(
      odd.map(([, reason], index) => ({ row: index + 1, line: index + 1, reason })),
    );
  });
});

describe('an unexpected failure of the database', () => {
  it.each([
    // The detail of the first error, and the message of the second one, repeat values of the row.
    ['23514', `name IS DISTINCT FROM 'Ada Secret'`],
    ['22P02', `name IS DISTINCT FROM 'Ada Secret' OR name::int > 0`],
  ])('IM-14 ends the import without a value of the row: SQLSTATE %s', async (sqlState, condition) => {
    await database.pool.query(`ALTER TABLE members ADD CONSTRAINT odd CHECK (${condition})`);
    try {
      const { code, stdout, stderr } = await importRows(account({ name: 'Ada Secret' }));
      expect([code, stdout]).toEqual([1, '']);
      expect(stderr).toMatch(
        new RegExp(`^The database refused a statement: SQLSTATE ${sqlState}[\\w ,]*\\. Its log has the reason\\.\\n$`),
      );
    } finally {
      await database.pool.query('ALTER TABLE members DROP CONSTRAINT odd');
    }
  });
});
