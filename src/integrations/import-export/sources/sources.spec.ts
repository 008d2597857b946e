import { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import type { ImportRow } from '../import-row.js';
import { readerOf, type SourceName } from './index.js';

async function rowsOf(source: SourceName, text: string, { file = 'f.json', columns = {} } = {}): Promise<ImportRow[]> {
  const rows: ImportRow[] = [];
  // One character at a time, so that every boundary of a chunk is met.
  const chunks = Readable.from(text, { encoding: 'utf8' }) as AsyncIterable<string>;
  for await (const entry of readerOf(source, file)(splitUp(chunks), { columns: new Map(Object.entries(columns)) }))
    rows.push('row' in entry ? entry.row : { name: entry.problem });
  return JSON.parse(JSON.stringify(rows));
}

async function* splitUp(chunks: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const chunk of chunks) yield* chunk;
}

const email = 'ada@example.com';

describe('the reader of each source', () => {
  it('IM-10 reads dumpdata of Django, and leaves other models and unusable passwords out', async () => {
    const fields = {
      username: 'Ada',
      email,
      first_name: 'Ada',
      last_name: 'L',
      is_active: false,
      date_joined: '2020-01-02T03:04:05Z',
    };
    const text = JSON.stringify(
      [
        { model: 'auth.group', pk: 1, fields: {} },
        { model: 'auth.user', pk: 7, fields: { ...fields, password: 'pbkdf2_sha256$1$s$h', groups: [1, [2]] } },
        { model: 'accounts.user', pk: 8, fields: { username: 'bob', password: '!abc' } },
      ],
      null,
      2,
    );
    expect(await rowsOf('django', text)).toEqual([
      {
        sourceId: '7',
        loginId: 'Ada',
        email,
        hash: 'pbkdf2_sha256$1$s$h',
        name: 'Ada L',
        status: 'disabled',
        createdAt: '2020-01-02T03:04:05Z',
      },
      { sourceId: '8', loginId: 'bob', status: 'active' },
    ]);
    // A hash by Django's UnsaltedMD5PasswordHasher.
    const bare = '88a434c88cca4e900f7874cd98123f43';
    const csv = `id,username,password,email\n7,Ada,${bare},${email}\n`;
    expect(await rowsOf('django', csv, { file: 'users.CSV' })).toEqual([
      { sourceId: '7', loginId: 'Ada', email, hash: `md5$$${bare}`, status: 'active' },
    ]);
  });

  it('IM-10 reads users of Spring Security', async () => {
    const text = `username,password,enabled,email\nada,{bcrypt}$2a$10$x ,f,${email}\nbob,{noop}x ,t,b@example.com\n`;
    expect(await rowsOf('spring', text)).toEqual([
      { sourceId: 'ada', loginId: 'ada', email, hash: '{bcrypt}$2a$10$x', status: 'disabled' },
      { sourceId: 'bob', loginId: 'bob', email: 'b@example.com', hash: '{noop}x ', status: 'active' },
    ]);
    // Without `enabled`, disabled accounts would be imported as active.
    await expect(rowsOf('spring', text.replace('enabled', 'comment'))).rejects.toThrow('enabled');
  });

  it('IM-10 reads a realm of Keycloak with its authenticator apps, and leaves service accounts out', async () => {
    const otp = { subType: 'totp', digits: 6, period: 30, algorithm: 'HmacSHA1' };
    const credentials = [
      {
        type: 'password',
        secretData: '{"value":"v","salt":"s","additionalParameters":{}}',
        credentialData: '{"hashIterations":5,"algorithm":"argon2","additionalParameters":{"type":["id"]}}',
      },
      { type: 'otp', secretData: '{"value":"8 digits"}', credentialData: JSON.stringify({ ...otp, digits: 8 }) },
      { type: 'otp', secretData: '{"value":"Hello!"}', credentialData: JSON.stringify(otp) },
    ];
    const users = [
      {
        id: 'u1',
        username: 'ada',
        email,
        emailVerified: true,
        enabled: true,
        createdTimestamp: 1577934245000,
        credentials,
      },
      { id: 'u2', username: 'service-account-x', serviceAccountClientId: 'x' },
    ];
    const realm = JSON.stringify({ realm: 'r', clients: [{ users: [{ id: 'no' }] }], users, groups: [] });
    expect(await rowsOf('keycloak', realm)).toEqual([
      {
        ...{ sourceId: 'u1', loginId: 'ada', email, emailVerified: true, status: 'active', totp: 'JBSWY3DPEE' },
        ...{
          createdAt: '2020-01-02T03:04:05.000Z',
          hash: '{"value":"v","salt":"s","additionalParameters":{"type":["id"]},"hashIterations":5,"algorithm":"argon2"}',
        },
      },
    ]);
  });

  it('IM-10 reads exports of Auth0, Firebase, Supabase and Cognito', async () => {
    const auth0 = JSON.stringify({
      user_id: 'auth0|1',
      email,
      email_verified: true,
      passwordHash: '$2b$10$x',
      blocked: true,
    });
    expect(await rowsOf('auth0', auth0)).toEqual([
      { sourceId: 'auth0|1', email, emailVerified: true, hash: '$2b$10$x', status: 'disabled' },
    ]);
    const firebase = JSON.stringify({
      users: [
        { localId: '1', email, emailVerified: true, passwordHash: 'aA==', salt: 'c2', createdAt: '1577934245000' },
      ],
    });
    expect(await rowsOf('firebase', firebase)).toEqual([
      {
        sourceId: '1',
        email,
        emailVerified: true,
        hash: 'firebase-scrypt$c2$aA==',
        status: 'active',
        createdAt: '2020-01-02T03:04:05.000Z',
      },
    ]);
    const supabase = `id,email,encrypted_password,email_confirmed_at,banned_until,confirmed_at\n1,${email},$2a$10$x,2020-01-02 03:04:05+00,2999-01-01,\n2,bob@example.com,,,,2020-01-02\n`;
    expect(await rowsOf('supabase', supabase)).toEqual([
      { sourceId: '1', email, emailVerified: true, hash: '$2a$10$x', status: 'disabled' },
      { sourceId: '2', email: 'bob@example.com', emailVerified: false, status: 'active' },
    ]);
    const cognito = `cognito:username,email,email_verified,name\n3f1e0000-0000-4000-8000-000000000000,${email},TRUE,Ada\n`;
    expect(await rowsOf('cognito', cognito)).toEqual([
      { sourceId: '3f1e0000-0000-4000-8000-000000000000', email, emailVerified: true, name: 'Ada', status: 'active' },
    ]);
  });

  it('IM-10 reads any CSV by a map of its columns', async () => {
    const text = `Mail,"pass ""word""",active\n${email},"h\n2",no\n`;
    const columns = { email: 'Mail', hash: 'pass "word"', enabled: 'active' };
    expect(await rowsOf('csv', text, { columns })).toEqual([{ email, hash: 'h\n2', status: 'disabled' }]);
  });
});
