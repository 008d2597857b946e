import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Database } from '../../src/platform/database/database.js';
import { SCOPES, type ApiKeyScope } from '../../src/platform/http/principal.js';
import { ApiKeysRepository } from '../../src/security/api-keys/api-keys.repository.js';
import { givenAdmin, type GivenAdmin } from '../support/admins.js';
import { givenApiKey } from '../support/api-keys.js';
import { munjigi } from '../support/command-line.js';
import { eventually } from '../support/eventually.js';
import { given, unique, type GivenMember } from '../support/factories.js';
import type { HttpAnswer } from '../support/http-client.js';
import { TestApp } from '../support/test-app.js';

const UNKNOWN_ID = '00000000-0000-4000-8000-000000000000';

let app: TestApp;
let admin: GivenAdmin;
let member: GivenMember;
beforeAll(async () => {
  app = await TestApp.shared();
  admin = await givenAdmin(app);
  member = await given.member(app);
});
afterAll(() => app.stop());

const outcomeOf = ({ status, body }: HttpAnswer): unknown[] => [status, body?.code];
const act = (method: string, path: string, body?: object) =>
  admin.client.request(method, `/api/admin/api-keys${path}`, { body, token: admin.accessToken });
const create = async (request: Record<string, unknown>): Promise<{ id: string; key: string }> =>
  (await act('POST', '', { name: unique.loginId(), scopes: ['members:read'], ...request }).expect(201)).body;
const readMembers = (key: string, client = app.client()) => client.get('/api/admin/members?limit=1', key);

/** Every operation of the OpenAPI document with the scope that opens it, so that new ones are included. */
async function operations(): Promise<{ name: string; scope: ApiKeyScope | undefined; isPublic: boolean }[]> {
  const { body } = await app.get('/docs-json').expect(200);
  return Object.entries<Record<string, any>>(body.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      name: `${method.toUpperCase()} ${path}`,
      scope: operation['x-api-key-scope'],
      isPublic: !operation.security.some((scheme: object) => 'access' in scheme || 'apiKey' in scheme),
    })),
  );
}

describe('an API key', () => {
  it('AK-01 AK-03 opens the operations of its scopes and no other operation', async () => {
    const keys = new Map<ApiKeyScope, string>();
    for (const scope of SCOPES) keys.set(scope, (await givenApiKey(app, [scope])).key);
    // Logging out takes more than one kind of token and refuses others before it looks at scopes.
    const all = (await operations()).filter(({ name, isPublic }) => !isPublic && name !== 'POST /api/auth/logout');
    expect(all.filter(({ scope }) => scope !== undefined).length).toBeGreaterThan(8);
    for (const { name, scope } of all) {
      const [method = '', path = ''] = name.split(' ');
      for (const [held, key] of keys) {
        const isOpened = held === scope;
        if (isOpened && path.startsWith('/api/integrations/')) continue; // streams have tests of their own
        const answer = await app.request(method, path.replace(/\{\w+\}/g, UNKNOWN_ID), { token: key });
        const refusal = [403, scope === undefined ? 'person_required' : 'insufficient_scope'];
        if (isOpened) expect([name, held, [401, 403].includes(answer.status)]).toEqual([name, held, false]);
        else expect([name, held, ...outcomeOf(answer)]).toEqual([name, held, ...refusal]);
      }
    }
  });

  it('AK-01 names in the OpenAPI document which scope opens an operation', async () => {
    const { body } = await app.get('/docs-json').expect(200);
    const { description, security } = body.paths['/api/admin/members'].get;
    expect(description).toContain('`members:read`');
    expect(security).toEqual(expect.arrayContaining([{ apiKey: [] }, { access: [] }]));
  });

  it('AK-02 is refused alike when it is malformed, unknown, wrong, expired or revoked', async () => {
    const { id, key } = await givenApiKey(app, ['members:read']);
    await readMembers(key).expect(200);
    const other = await givenApiKey(app, ['members:read']);
    const expired = await givenApiKey(app, ['members:read'], { expiresAt: new Date(Date.now() - 1000) });
    const revoked = await givenApiKey(app, ['members:read']);
    await act('DELETE', `/${revoked.id}`).expect(204);
    const forgeries = [
      key.slice(0, -1),
      `${key}A`,
      key.replace(/^mjk_.{32}/, `mjk_${'0'.repeat(32)}`),
      key.replace(/_[^_]{8}/, (text) => `_${text.slice(1).split('').reverse().join('')}`),
      other.key.slice(0, 37) + key.slice(37),
      expired.key,
      revoked.key,
      'mjk_',
    ].filter((forgery) => forgery !== key);
    for (const forgery of forgeries)
      expect([forgery, ...outcomeOf(await readMembers(forgery))]).toEqual([forgery, 401, 'api_key_invalid']);
    await app.sql.query('DELETE FROM api_keys WHERE id = $1', [id]);
  });

  it('AK-01 works from its addresses only, as the configured proxy names them', async () => {
    const { key } = await givenApiKey(app, ['members:read'], { addresses: ['203.0.113.0/28', '2001:db8:7::/48'] });
    for (const ip of ['203.0.113.1', '203.0.113.15', '::ffff:203.0.113.3', '2001:db8:7:1::5'])
      await readMembers(key, app.client({ ip })).expect(200);
    // Addresses that a client itself put further left in the header are ignored.
    for (const ip of ['203.0.113.16', '2001:db8:8::1', 'unknown', '203.0.113.1, 198.51.100.1'])
      expect([ip, ...outcomeOf(await readMembers(key, app.client({ ip })))]).toEqual([ip, 403, 'address_not_allowed']);
  });

  it('AK-03 cannot change a role or act on an administrator, and the audit log names the key for what it did', async () => {
    const { id, key } = await givenApiKey(app, ['members:write', 'members:read', 'security-events:read']);
    const backend = app.client();
    const change = (memberId: string, body: object) => backend.patch(`/api/admin/members/${memberId}`, body, key);
    expect(outcomeOf(await change(member.id, { role: 'admin' }))).toEqual([403, 'person_required']);
    expect(outcomeOf(await change(admin.id, { status: 'disabled' }))).toEqual([403, 'person_required']);
    for (const action of ['unlock', 'password-reset'])
      expect(outcomeOf(await backend.post(`/api/admin/members/${admin.id}/${action}`, undefined, key))).toEqual([
        ...[403, 'person_required'],
      ]);
    await change(member.id, { status: 'disabled' }).expect(200);
    await change(member.id, { status: 'active' }).expect(200);
    await backend.get(`/api/admin/members/${member.id}`, key).expect(200);
    const { body } = await backend.get(`/api/admin/security-events?memberId=${member.id}&limit=4`, key).expect(200);
    expect(body.items.map(({ type, actorId, apiKeyId }: any) => [type, actorId, apiKeyId])).toEqual([
      ['member.viewed', null, id],
      ['member.enabled', null, id],
      ['member.disabled', null, id],
      ['session.ended', null, id],
    ]);
  });

  it('AK-03 shows the member that the service acted, without the address of the server', async () => {
    const { key } = await givenApiKey(app, ['members:write']);
    const ada = await given.member(app);
    await app.client().post(`/api/admin/members/${ada.id}/unlock`, undefined, key).expect(204);
    const { body } = await ada.client.get('/api/members/me/security-events', ada.accessToken).expect(200);
    expect(body.items[0]).toMatchObject({ type: 'login.unlocked', byAdmin: true, ip: '', userAgent: '' });
  });

  it('AK-01 is refused once it has used up its requests of a minute, and other keys are not', async () => {
    const strict = await TestApp.start({ env: { API_KEY_REQUESTS_PER_MINUTE: '3' } });
    try {
      const [one, other] = [await givenApiKey(strict, ['members:read']), await givenApiKey(strict, ['members:read'])];
      const ask = ({ key }: { key: string }) => strict.get('/api/admin/members', key);
      for (let request = 0; request < 3; request += 1) await ask(one).expect(200);
      const refused = await ask(one).expect(429);
      expect([refused.body.code, Number(refused.headers['retry-after'])]).toEqual([
        'too_many_requests',
        refused.body.retryAfter,
      ]);
      await ask(other).expect(200);
    } finally {
      await strict.stop();
    }
  });
});

describe('the administration of API keys', () => {
  it('AK-02 shows the key once, and keeps a digest of it', async () => {
    const { id, key } = await create({ scopes: ['members:read', 'outbox:read'], addresses: ['203.0.113.9/24'] });
    expect(key).toMatch(/^mjk_[0-9a-f]{32}_[\w-]{43}$/);
    const list = await act('GET', '?limit=1').expect(200);
    expect(list.body.items[0]).toMatchObject({
      ...{ id, scopes: ['members:read', 'outbox:read'], addresses: ['203.0.113.0/24'], createdBy: admin.id },
      ...{ rotatedAt: null, expiresAt: null, revokedAt: null, lastUsedAt: null },
    });
    expect(list.text).not.toContain(key.slice(-43));
    const next = await act('GET', `?limit=1&cursor=${list.body.nextCursor}`).expect(200);
    expect([next.body.items.length, next.body.items[0].id === id]).toEqual([1, false]);
    const { rows } = await app.sql.query('SELECT to_jsonb(k)::text AS row FROM api_keys k WHERE id = $1', [id]);
    expect(rows[0].row).not.toContain(key.slice(-43));
    const { rows: events } = await app.sql.query(
      `SELECT actor_id, details FROM security_events WHERE type = 'api-key.created' AND details->>'apiKey' = $1`,
      [id],
    );
    expect(events).toEqual([{ actor_id: admin.id, details: expect.objectContaining({ apiKey: id }) }]);
    expect(JSON.stringify(events)).not.toContain(key.slice(-43));
  });

  it('AK-02 rotates in pairs: two secrets live at once, and a third ends the first', async () => {
    const { id, key: first } = await create({});
    const rotate = async () => (await act('POST', `/${id}/rotate`).expect(200)).body.key as string;
    const second = await rotate();
    for (const key of [first, second]) await readMembers(key).expect(200);
    const third = await rotate();
    for (const key of [second, third]) await readMembers(key).expect(200);
    const ended = await eventually('the first secret has ended', async () => {
      const answer = await readMembers(first);
      return answer.status === 200 ? undefined : answer;
    });
    expect(outcomeOf(ended)).toEqual([401, 'api_key_invalid']);
  });

  it('AK-01 revokes a key for good', async () => {
    const { id, key } = await create({});
    await readMembers(key).expect(200);
    await act('DELETE', `/${id}`).expect(204);
    const refused = await eventually('the key is revoked', async () => {
      const answer = await readMembers(key);
      return answer.status === 200 ? undefined : answer;
    });
    expect(outcomeOf(refused)).toEqual([401, 'api_key_invalid']);
    for (const [method, path] of [
      ['DELETE', `/${id}`],
      ['POST', `/${id}/rotate`],
      ['POST', `/${UNKNOWN_ID}/rotate`],
    ] as const)
      expect(outcomeOf(await act(method, path))).toEqual([404, 'not_found']);
  });

  it('AK-01 records the last use at most once a minute', async () => {
    const { id, key } = await create({});
    const lastUse = async () =>
      (await app.sql.query('SELECT last_used_at::text AS at FROM api_keys WHERE id = $1', [id])).rows[0].at;
    await readMembers(key).expect(200);
    const first = await eventually('the use is recorded', async () => (await lastUse()) ?? undefined);
    const recordOnOtherServer = () => new ApiKeysRepository(app.sql as unknown as Database).recordUse(id);
    await recordOnOtherServer();
    expect(await lastUse()).toBe(first);
    await app.sql.query(`UPDATE api_keys SET last_used_at = last_used_at - interval '1 minute' WHERE id = $1`, [id]);
    await recordOnOtherServer();
    expect([first, null]).not.toContain(await lastUse());
  });

  it('AK-03 is for administrators with a recent login, and for no key', async () => {
    const stale = await givenAdmin(app);
    const disabled = await given.member(app);
    await admin.client
      .patch(`/api/admin/members/${disabled.id}`, { status: 'disabled' }, admin.accessToken)
      .expect(200);
    await app.sql.query(`UPDATE sessions SET authenticated_at = now() - interval '6 minutes' WHERE member_id = $1`, [
      stale.id,
    ]);
    const { key } = await givenApiKey(app, [...SCOPES]);
    const body = { name: 'Successor', scopes: ['members:read'] };
    const ask = async (token?: string) => outcomeOf(await app.request('POST', '/api/admin/api-keys', { token, body }));
    expect(await ask()).toEqual([401, 'token_invalid']);
    expect(await ask(disabled.accessToken)).toEqual([401, 'session_ended']);
    expect(await ask((await given.member(app)).accessToken)).toEqual([403, 'forbidden']);
    expect(await ask(stale.accessToken)).toEqual([403, 'reauth_required']);
    expect(await ask(key)).toEqual([403, 'person_required']);
    expect(outcomeOf(await app.get('/api/admin/api-keys', key))).toEqual([403, 'person_required']);
  });

  it.each([
    ['name', { name: '' }],
    ['scopes', { scopes: [] }],
    ['scopes', { scopes: ['members:read', 'everything'] }],
    ['scopes', { scopes: ['members:read', 'members:read'] }],
    ['scopes', { scopes: 'members:read' }],
    ['expiresAt', { expiresAt: '2020-01-01' }],
    ['expiresAt', { expiresAt: null }],
    ['addresses', { addresses: [] }],
    ['addresses', { addresses: ['10.0.0.0/33'] }],
    ['addresses', { addresses: ['::ffff:203.0.113.0/120'] }],
    ['addresses', { addresses: ['example.com'] }],
  ])('refuses a wrong %s: %j', async (field, wrong) => {
    const { body } = await act('POST', '', { name: 'Backend', scopes: ['members:read'], ...wrong }).expect(422);
    expect(body.errors.map((error: { field: string }) => error.field)).toEqual([field]);
  });
});

describe('the commands for API keys', () => {
  const run = (...args: string[]) => munjigi(['keys', ...args], { DATABASE_URL: app.database.url });

  it('AK-02 create, list and revoke a key; only the first prints it', async () => {
    const name = unique.loginId();
    const created = await run('create-api-key', '--name', name, '--scopes', 'members:read, events:read');
    expect(created).toMatchObject({ code: 0, stderr: expect.stringContaining(name) });
    const key = created.stdout.trim();
    await readMembers(key).expect(200);
    const listed = await run('list-api-keys');
    const [id = ''] = listed.stdout
      .split('\n')
      .find((line) => line.includes(name))!
      .split(' ');
    expect(listed.stdout).toContain('members:read,events:read');
    expect(listed.stdout + created.stderr).not.toContain(key.slice(-43));
    expect(await run('revoke-api-key', id)).toMatchObject({ code: 0 });
    await eventually('the key is revoked', async () => (await readMembers(key)).status === 401 || undefined);
    expect(await run('revoke-api-key', id)).toMatchObject({ code: 1, stderr: expect.stringContaining('is revoked') });
  });

  it('AK-01 create a key with all values of a repeated option', async () => {
    const name = unique.loginId();
    const scopes = ['--scopes', 'members:read', '--scopes', 'events:read'];
    const addresses = ['--addresses', '203.0.113.0/28', '--addresses', '2001:db8:7::/48'];
    expect(await run('create-api-key', '--name', name, ...scopes, ...addresses)).toMatchObject({ code: 0 });
    const { rows } = await app.sql.query('SELECT scopes, addresses FROM api_keys WHERE name = $1', [name]);
    expect(rows).toEqual([
      { scopes: ['members:read', 'events:read'], addresses: ['203.0.113.0/28', '2001:db8:7::/48'] },
    ]);
  });

  it.each([
    ['--name', 'Backend', '--scopes', 'everything'],
    ['--name', '', '--scopes', 'members:read'],
    ['--name', 'Backend', '--scopes', 'members:read', '--expires-at', '2020-01-01'],
    ['--name', 'Backend', '--scopes', 'members:read', '--expires-at', '86400'], // must not be read as a year
    ['--name', 'Backend', '--scopes', 'members:read', '--expires-at', '2999-02-31'],
    ['--name', 'Backend', '--scopes', 'members:read', '--addresses', '10.0.0.0/33'],
    ['--name', 'Backend'],
  ])('refuse wrong options: %s %s %s %s', async (...args) => {
    expect((await munjigi(['keys', 'create-api-key', ...args])).code).toBe(2);
  });
});
