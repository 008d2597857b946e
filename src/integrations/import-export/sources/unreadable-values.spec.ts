import { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { prepareRow, type PreparedRow } from '../import-rules.js';
import { readerOf, type SourceName } from './index.js';

const RULES = {
  source: 'test',
  defaultLocale: 'en',
  trustsAddresses: true,
  acceptHash: (hash: string) => ({ stored: hash }),
} as const;
const ID = '6f1c2a52-9d3e-4b5a-8c7d-0e1f2a3b4c5d';

/** The only account of a file, or the reason why it is refused. */
async function read(source: SourceName, text: string, file = 'f'): Promise<PreparedRow | string> {
  for await (const entry of readerOf(source, file)(Readable.from([text]), { columns: new Map() }))
    return 'row' in entry ? prepareRow(entry.row, RULES) : entry.problem;
  throw new Error('the file has no account');
}

async function accepted(source: SourceName, text: string, file?: string): Promise<PreparedRow> {
  const prepared = await read(source, text, file);
  if (typeof prepared === 'string') throw new Error(prepared);
  return prepared;
}

const account = { email: 'ada@example.com', ...{ passwordHash: 'h', salt: 's' } };
const auth0 = (values: object) => JSON.stringify({ ...account, email_verified: true, ...values });
const jsonl = (values: object) => JSON.stringify({ ...account, id: ID, ...values });
const users = (values: object) => JSON.stringify({ users: [{ ...account, ...values }] });
const django = (values: object) => JSON.stringify([{ model: 'auth.user', pk: 1, fields: { ...account, ...values } }]);
const csv = (column: string, cell: string) => `email,hash,${column}\nada@example.com,h,${cell}\n`;
const supabase = (column: string, cell: string) =>
  `id,email,encrypted_password,${column}\n1,ada@example.com,h,${cell}\n`;
const spring = (enabled: string) => `username,password,email,enabled\nada.l,h,ada@example.com,${enabled}\n`;
const cognito = (column: string, cell: string) => `cognito:username,email,${column}\nada.l,ada@example.com,${cell}\n`;
const otp = (secretData: unknown, credentialData: unknown) =>
  users({ emailVerified: true, credentials: [{ type: 'otp', secretData, credentialData }] });

/** Deeper than the stack of JSON.stringify allows. */
const DEEP = `{"additionalParameters":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;

const FLAG = (name: string) => `the value of ${name} is neither true nor false`;
const TIME = 'a time is not valid';
const TEXT = 'a value is not text';

/** Each row: the source, its file, and the reason. */
const REFUSED: [SourceName, string, string][] = [
  ...['disabled', "b'0'", '0.0', '2', 'nein', 'true false'].map((cell): [SourceName, string, string] => [
    'csv',
    csv('enabled', cell),
    FLAG('enabled'),
  ]),
  ...['unverified', 'pending', 'none'].map((cell): [SourceName, string, string] => [
    'csv',
    csv('emailVerified', cell),
    FLAG('emailVerified'),
  ]),
  ...[
    'never',
    'not since 2020',
    'f',
    '0',
    '5',
    '0001-01-01 00:00:00+00',
    '01/01/0001 00:00:00',
    '1/1/0001 12:00:00 AM',
    '02 Jan 20 03:04:05 +0000',
    '2020-13-01',
  ].map((cell): [SourceName, string, string] => ['supabase', supabase('email_confirmed_at', cell), TIME]),
  ['supabase', supabase('banned_until', 'not since 2020'), TIME],
  ['supabase', supabase('deleted_at', 'maybe'), TIME],
  ['spring', spring('disabled'), FLAG('enabled')],
  ['cognito', cognito('enabled', 'disabled'), FLAG('enabled')],
  ['cognito', cognito('email_verified', 'pending'), FLAG('email_verified')],
  ['auth0', auth0({ blocked: 'blocked' }), FLAG('blocked')],
  ['auth0', auth0({ blocked: 2 }), FLAG('blocked')],
  ['auth0', auth0({ blocked: [true] }), TEXT],
  ['auth0', auth0({ email_verified: 'pending' }), FLAG('email_verified')],
  ['auth0', auth0({ passwordHash: { bcrypt: 'h' } }), TEXT],
  ['firebase', users({ disabled: 'maybe' }), FLAG('disabled')],
  ['firebase', users({ emailVerified: 'NULL' }), FLAG('emailVerified')],
  ['firebase', users({ emailVerified: true, createdAt: '-5' }), TIME],
  ['keycloak', users({ enabled: 'maybe' }), FLAG('enabled')],
  ['keycloak', users({ emailVerified: {} }), TEXT],
  ['keycloak', users({ emailVerified: true, credentials: 'none' }), 'a value is not a list'],
  ['keycloak', otp('{"value":', '{"subType":"totp"}'), 'not valid JSON'],
  ['keycloak', otp('{"value":"x"}', undefined), 'the authenticator app cannot be read'],
  ['keycloak', otp('{}', '{"subType":"totp"}'), 'the authenticator app cannot be read'],
  ['keycloak', users({ credentials: [{ type: 'password', credentialData: DEEP }] }), 'nested too deep'],
  ['django', django({ is_active: 'inactive' }), FLAG('is_active')],
  ['django', django({ password: 7.5, date_joined: 5 }), TIME],
  ['jsonl', jsonl({ status: 'Disabled' }), 'the value of status is not known'],
  ['jsonl', jsonl({ status: false }), TEXT],
  ['jsonl', jsonl({ role: 'Admin' }), 'the value of role is not known'],
  ['jsonl', jsonl({ emailVerified: 'no address' }), FLAG('emailVerified')],
  ['jsonl', jsonl({ mustChangePassword: 'soon' }), FLAG('mustChangePassword')],
  ['jsonl', jsonl({ loginIdGenerated: 'maybe' }), FLAG('loginIdGenerated')],
  ['jsonl', jsonl({ closedAt: 'never 2020' }), TIME],
  ['jsonl', jsonl({ createdAt: true }), TEXT],
  ['jsonl', jsonl({ passwordHash: {} }), TEXT],
  ['jsonl', jsonl({ id: 2 ** 53 }), 'a number is too large to be exact; write it as text'],
  ['jsonl', jsonl({ totpSecret: ['JBSWY3DPEHPK3PXP'] }), TEXT],
  ['jsonl', jsonl({ attributes: 'plan=pro' }), 'a value is not an object'],
  ['jsonl', jsonl({ passkeys: {} }), 'a value is not a list'],
  ['jsonl', jsonl({ identities: 'google' }), 'a value is not a list'],
  ['jsonl', jsonl({ consents: true }), 'a value is not a list'],
  ['jsonl', jsonl({ recoveryCodeHashes: [7] }), 'a recovery code is not valid'],
];

describe('a value that a reader does not know', () => {
  it.each(REFUSED.map(([source, text, reason]) => ({ source, text, reason })))(
    'IM-04 IM-05 refuses the row instead of activating it: $source, $reason',
    async ({ source, text, reason }) => {
      expect(await read(source, text)).toBe(reason);
    },
  );
});

describe('a truth value', () => {
  it.each(['N', 'n', 'No', 'off', 'OFF', 'f', 'F', 'FALSE', ' false ', '0'])('IM-04 is false: %j', async (cell) => {
    expect((await accepted('csv', csv('enabled', cell))).status).toBe('disabled');
    expect((await accepted('csv', csv('emailVerified', cell))).isClaim).toBe(true);
    expect((await accepted('auth0', auth0({ email_verified: cell }))).isClaim).toBe(true);
    expect((await accepted('jsonl', jsonl({ mustChangePassword: cell }))).mustChangePassword).toBe(false);
  });

  it.each(['Y', 'y', 'Yes', 'on', 'ON', 't', 'T', 'TRUE', ' true ', '1'])('IM-04 is true: %j', async (cell) => {
    expect((await accepted('csv', csv('enabled', cell))).status).toBe('active');
    expect((await accepted('auth0', auth0({ blocked: cell }))).status).toBe('disabled');
    expect((await accepted('auth0', auth0({ email_verified: cell }))).isClaim).toBe(false);
    expect((await accepted('jsonl', jsonl({ mustChangePassword: cell }))).mustChangePassword).toBe(true);
  });
});

describe('a value that a database wrote as absent', () => {
  it.each(['', ' ', 'NULL', 'null', '\\N'])('IM-04 is absent in a CSV: %j', async (cell) => {
    expect((await accepted('csv', csv('enabled', cell))).status).toBe('active');
    expect((await accepted('spring', spring(cell))).status).toBe('active');
    expect((await accepted('supabase', supabase('email_confirmed_at', cell))).isClaim).toBe(true);
    const kept = `email_confirmed_at,banned_until,deleted_at`;
    const confirmed = await accepted('supabase', supabase(kept, `2020-01-02 03:04:05.123456+00,${cell},${cell}`));
    expect([confirmed.isClaim, confirmed.status]).toEqual([false, 'active']);
  });

  it('IM-04 is null in JSON', async () => {
    const flags = { blocked: null, name: null, created_at: null, _id: { $oid: '5' } };
    expect((await accepted('auth0', auth0(flags))).status).toBe('active');
    const lists = { passkeys: null, identities: null, consents: null, recoveryCodeHashes: null, attributes: null };
    expect(await accepted('jsonl', jsonl({ ...lists, status: null, role: null, closedAt: null }))).toMatchObject({
      ...{ status: 'active', role: 'member', mustChangePassword: false },
    });
  });
});

describe('a user of Supabase', () => {
  it.each([
    ['infinity', 'disabled'],
    ['2999-01-01 00:00:00+00', 'disabled'],
    ['2020-01-01 00:00:00+00', 'active'],
  ])('IM-04 who is banned until %s is %s', async (bannedUntil, status) => {
    const text = supabase('email_confirmed_at,banned_until', `2020-01-01,${bannedUntil}`);
    expect((await accepted('supabase', text)).status).toBe(status);
  });
});
