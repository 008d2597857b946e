import {
  createHash,
  createPublicKey,
  generateKeyPairSync,
  randomBytes,
  randomUUID,
  verify,
  type JsonWebKey,
} from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { given, unique, type GivenMember } from '../support/factories.js';
import type { HttpAnswer } from '../support/http-client.js';
import { mailbox } from '../support/mailbox.js';
import { resetTokenFor } from '../support/recovery.js';
import { TEST_PUBLIC_URL, TEST_SECRET } from '../support/server-environment.js';
import { TestApp } from '../support/test-app.js';
import { allowManyStarts } from '../support/test-length.js';
import { decodeToken, encodePart, TokenForge } from '../support/token-forge.js';
import { forgeriesOf } from '../support/token-forgeries.js';

allowManyStarts();

type Kind = 'access' | 'refresh' | 'reset';

let app: TestApp;
const forge = new TokenForge();

beforeAll(async () => {
  // Not shared: servers with other secrets leave mails here that the shared server cannot decrypt.
  app = await TestApp.start();
});
afterAll(() => app.stop());

/**
 * An operation that takes a token. The rest of the request is valid, so that only the token can be
 * the reason for a refusal.
 */
interface Operation {
  name: string;
  takes: Kind[];
  send(token: string, member: GivenMember): Promise<HttpAnswer>;
}

const newPassword = unique.password();
/** Operations that keep the session come first, so that the token stays valid for the next. */
const OPERATIONS: Operation[] = [
  { name: 'GET me', takes: ['access'], send: (token) => app.get('/api/members/me', token) },
  { name: 'PATCH me', takes: ['access'], send: (token) => app.patch('/api/members/me', { name: 'Mallory' }, token) },
  { name: 'GET sessions', takes: ['access'], send: (token) => app.get('/api/auth/sessions', token) },
  {
    name: 'POST me/password',
    takes: ['access'],
    send: (token, { password }) =>
      app.post('/api/members/me/password', { currentPassword: password, newPassword }, token),
  },
  {
    name: 'DELETE one session',
    takes: ['access'],
    send: (token, { sessionId }) => app.delete(`/api/auth/sessions/${sessionId}`, undefined, token),
  },
  {
    name: 'DELETE all sessions',
    takes: ['access'],
    send: (token) => app.delete('/api/auth/sessions?includeCurrent=true', undefined, token),
  },
  { name: 'refresh', takes: ['refresh'], send: (token) => app.post('/api/auth/refresh', undefined, token) },
  {
    name: 'refresh by body',
    takes: ['refresh'],
    send: (token) => app.post('/api/auth/refresh', { refreshToken: token }),
  },
  { name: 'logout', takes: ['access', 'refresh'], send: (token) => app.post('/api/auth/logout', undefined, token) },
  { name: 'reset', takes: ['reset'], send: (token) => app.post('/api/auth/password-reset', { newPassword }, token) },
  {
    name: 'reset by body',
    takes: ['reset'],
    send: (token) => app.post('/api/auth/password-reset', { newPassword, resetToken: token }),
  },
];
const operationsOf = (kind: Kind): Operation[] => OPERATIONS.filter(({ takes }) => takes.includes(kind));
const verifyToken = (token: string, at = app) => at.post('/api/auth/verify', { token });

async function genuineTokens(member: GivenMember): Promise<Record<Kind, string>> {
  return { access: member.accessToken, refresh: member.refreshToken, reset: await resetTokenFor(app, member) };
}

/** Runs all of `work`, a few at a time. */
async function inBatches<T>(work: readonly T[], run: (item: T) => Promise<void>): Promise<void> {
  for (let i = 0; i < work.length; i += 20) await Promise.all(work.slice(i, i + 20).map(run));
}

/** Describes each wrong response to tokens that must be refused; empty if every refusal is right. */
async function wrongAnswers(
  forgeries: Record<string, string>,
  operations: Operation[],
  member: GivenMember,
): Promise<string[]> {
  const wrong: string[] = [];
  const cases = Object.entries(forgeries).flatMap((forgery) => operations.map((operation) => ({ forgery, operation })));
  await inBatches(cases, async ({ forgery: [name, token], operation }) => {
    const answer = await operation.send(token, member);
    const isRefusal = answer.status === 401 && /^token_(invalid|expired)$/.test(answer.body?.code);
    if (!isRefusal) wrong.push(`${name} at ${operation.name}: ${answer.status} ${answer.text}`);
  });
  await inBatches(Object.entries(forgeries), async ([name, token]) => {
    const { status, body, text } = await verifyToken(token);
    const isRefusal = status === 200 && body.active === false && /^(invalid|expired)$/.test(body.reason);
    if (!isRefusal || Object.keys(body).length !== 2) wrong.push(`${name} at verify: ${status} ${text}`);
  });
  return wrong;
}

/** The rows of the member and of their sessions, to show that nothing was changed. */
async function stateOf(member: GivenMember): Promise<unknown> {
  const { rows } = await app.sql.query(
    `SELECT to_jsonb(m) AS member, (SELECT jsonb_agg(to_jsonb(s) ORDER BY s.id) FROM sessions s WHERE s.member_id = m.id) AS sessions
     FROM members m WHERE m.id = $1`,
    [member.id],
  );
  return rows[0];
}

const base64url = (bytes: Buffer): string => bytes.toString('base64url');

describe('forged token', () => {
  const kinds: Kind[] = ['access', 'refresh', 'reset'];
  /** The attacker's server. The key URL in a forged header points to it. */
  const attacker = http.createServer((request, response) => {
    contacts.push(request.url ?? '');
    response.end('{"keys":[]}');
  });
  const contacts: string[] = [];
  beforeAll(() => new Promise<void>((resolve) => attacker.listen(0, '127.0.0.1', resolve)));
  afterAll(() => new Promise<void>((resolve) => attacker.close(() => resolve())));

  it.each(kinds)('TK-01 TK-02 it opens nothing in place of a genuine %s token', async (kind) => {
    const attackerUrl = `http://127.0.0.1:${(attacker.address() as AddressInfo).port}/jwks.json`;
    const ada = await given.member(app);
    const genuine = (await genuineTokens(ada))[kind];
    const before = await stateOf(ada);
    const { body: jwks } = await app.get('/.well-known/jwks.json').expect(200);

    const forgeries = forgeriesOf(kind, genuine, { forge, published: jwks.keys[0], attackerUrl });
    expect(Object.keys(forgeries).length).toBeGreaterThan(200);
    expect(await wrongAnswers(forgeries, operationsOf(kind), ada)).toEqual([]);
    expect(contacts).toEqual([]);
    expect(await stateOf(ada)).toEqual(before);
    // The genuine token still works.
    expect((await operationsOf(kind)[0]!.send(genuine, ada)).status).toBeLessThan(300);
  });

  it('TK-02 an unusual header is refused, even with a genuine signature', async () => {
    const ada = await given.member(app);
    const genuine = await genuineTokens(ada);
    const extras = [
      { crit: ['exp'] },
      { crit: [] },
      { crit: ['b64'], b64: false },
      { b64: false },
      { b64: true },
      { crit: ['http://example.test/unknown'], 'http://example.test/unknown': true },
      { jwk: {} },
      { jku: 'http://127.0.0.1:9/' },
      { x5u: 'http://127.0.0.1:9/' },
      { x5c: [] },
      { cty: 'JWT' },
      { zip: 'DEF' },
      { enc: 'A256GCM' },
      { typ: 'JWT' },
      { typ: undefined },
      { kid: undefined },
      { alg: 'HS256' },
    ];
    for (const kind of kinds) {
      const { claims } = decodeToken(genuine[kind]);
      const forgeries = Object.fromEntries(
        extras.map((extra) => [JSON.stringify(extra), forge.sign(kind, claims, extra)]),
      );
      const { alg, typ, kid } = decodeToken(genuine[kind]).header;
      const spelt = {
        'a header with a blank': JSON.stringify({ alg, typ, kid }).replace(',', ', '),
        'a key given twice': JSON.stringify({ alg, typ, kid }).replace('{', '{"alg":"none",'),
        'an escaped key': JSON.stringify({ alg, typ, kid }).replace('"alg"', '"\\u0061lg"'),
      };
      for (const [name, text] of Object.entries(spelt))
        forgeries[name] = forge.signParts(kind, encodePart(text), encodePart(claims));
      expect(await wrongAnswers(forgeries, operationsOf(kind), ada)).toEqual([]);
      expect(kind === 'access' ? (await verifyToken(forge.sign(kind, claims))).body.active : true).toBe(true);
    }
  });

  it('TK-02 an overlong token is refused as a token, an even longer one for the size of the request', async () => {
    const ada = await given.member(app);
    const { header, claims } = decodeToken(ada.refreshToken);
    const sized = (length: number): string => forge.sign('refresh', claims, { ...header, kid: 'k'.repeat(length) });
    for (const [kidLength, byHeader, byBody] of [
      [9000, 401, 401],
      [65_536, 431, 413],
    ] as const) {
      const token = sized(kidLength);
      expect((await app.post('/api/auth/refresh', undefined, token)).status).toBe(byHeader);
      expect((await app.get('/api/members/me', token)).status).toBe(byHeader);
      expect((await app.post('/api/auth/refresh', { refreshToken: token })).status).toBe(byBody);
      expect((await app.post('/api/auth/password-reset', { newPassword, resetToken: token })).status).toBe(byBody);
      expect([413, 422]).toContain((await verifyToken(token)).status);
    }
    await app.get('/api/members/me', ada.accessToken).expect(200);
  });
});

describe('token with a genuine signature', () => {
  /** A claim as raw text that JSON.stringify cannot produce. */
  const raw = (json: string): { raw: string } => ({ raw: json });
  const isRaw = (value: unknown): value is { raw: string } =>
    typeof value === 'object' && value !== null && 'raw' in value;
  /** The claims as JSON text with one claim replaced. */
  function withClaim(claims: object, name: string, value: unknown): string {
    const text = JSON.stringify({ ...claims, [name]: isRaw(value) ? '@raw@' : value });
    return isRaw(value) ? text.replace('"@raw@"', value.raw) : text;
  }

  const NOW = Math.floor(Date.now() / 1000);
  const notTexts = [undefined, null, '', 0, true, [], {}];
  const notIds = [
    ...notTexts,
    'admin',
    '*',
    "' OR true --",
    randomUUID().toUpperCase(),
    `{${randomUUID()}}`,
    'x'.repeat(36),
  ];
  const notTimes = [
    ...[undefined, null, '', true, [], {}, String(NOW + 600), NOW + 600.5, '1e400'],
    ...[raw('1e400'), raw('-1e400'), raw('1e10'), raw('9007199254740993'), raw(`${NOW + 600}.0`), raw('NaN')],
  ];
  const COMMON: Record<string, unknown[]> = {
    iss: [...notTexts, 'https://evil.example', `${TEST_PUBLIC_URL}/`, TEST_PUBLIC_URL.toUpperCase(), [TEST_PUBLIC_URL]],
    aud: [...notTexts, 'ACCESS', 'login', '*', 'access refresh reset', ['access'], ['refresh'], ['reset']],
    sub: [...notIds],
    exp: [...notTimes, -1, 0, 1, NOW - 1],
    iat: [...notTimes, NOW + 3600],
    nbf: [NOW + 3600, NOW - 3600, null],
    scope: ['admin'],
    admin: [true],
  };
  const OWN: Record<Kind, Record<string, unknown[]>> = {
    access: {
      sid: notIds,
      role: [...notTexts, 'root', 'Admin', ['admin']],
      jti: [null, '', 'short', 7],
      client_id: [null, '', 'another', ['munjigi']],
      auth_time: [null, '0', -1, 0.5],
      amr: [null, 'pwd', [1], ['PWD'], {}],
      aud: ['refresh', 'reset', [TEST_PUBLIC_URL.toUpperCase()]],
    },
    refresh: {
      sid: notIds,
      gen: [undefined, null, '', '0', true, -1, 0.5, [0], {}, raw('1e400'), raw('0e0'), raw('-0'), 2 ** 53],
      jti: [...notTexts, 'short', 'x'.repeat(65), 'x'.repeat(21) + '!', [randomUUID()]],
      role: ['admin'],
      aud: ['access', 'reset'],
    },
    reset: {
      jti: [...notIds, randomUUID()],
      sub: [randomUUID()],
      role: ['member'],
      sid: [randomUUID()],
      aud: ['access', 'refresh'],
    },
  };

  it.each(['access', 'refresh', 'reset'] as const)(
    'TK-03 a missing, wrong or wrongly typed claim is refused (%s token)',
    async (kind) => {
      const ada = await given.member(app);
      const genuine = (await genuineTokens(ada))[kind];
      const { claims } = decodeToken(genuine);
      const before = await stateOf(ada);

      const forgeries: Record<string, string> = {};
      for (const rules of [COMMON, OWN[kind]]) {
        for (const [name, values] of Object.entries(rules)) {
          for (const value of values) {
            const written = isRaw(value) ? value.raw : (JSON.stringify(value) ?? 'missing');
            forgeries[`${name}: ${written}`] = forge.sign(kind, withClaim(claims, name, value));
          }
        }
      }
      const text = JSON.stringify(claims);
      for (const name of ['sub', 'exp', 'aud']) {
        const claim = JSON.stringify({ [name]: claims[name] }).slice(1, -1);
        const otherClaim = JSON.stringify({ [name]: name === 'exp' ? 9_999_999_999 : randomUUID() }).slice(1, -1);
        forgeries[`${name} twice`] = forge.sign(kind, text.replace('{', `{${claim},`));
        forgeries[`${name} twice, ours last`] = forge.sign(kind, text.replace('{', `{${otherClaim},`));
        forgeries[`${name} twice, ours first`] = forge.sign(kind, text.replace('}', `,${otherClaim}}`));
      }
      Object.assign(forgeries, {
        'a blank': forge.sign(kind, text.replace(',', ', ')),
        'an escaped name': forge.sign(kind, text.replace('"sub"', '"\\u0073ub"')),
        'a byte order mark': forge.sign(kind, `\ufeff${text}`),
        'something after the end': forge.sign(kind, `${text} {}`),
        __proto__: forge.sign(kind, text.replace('{', '{"__proto__":{"role":"admin"},')),
        'a list': forge.sign(kind, `[${text}]`),
        'a text': forge.sign(kind, JSON.stringify(text)),
        'no JSON': forge.sign(kind, 'claims'),
        nothing: forge.sign(kind, '{}'),
      });

      expect(Object.keys(forgeries).length).toBeGreaterThan(75);
      expect(await wrongAnswers(forgeries, operationsOf(kind), ada)).toEqual([]);
      expect(await stateOf(ada)).toEqual(before);
      // The same key signs the claims with an `iat` a moment ahead, and the token is accepted. So each
      // refusal was for its claim.
      const ahead = forge.sign(kind, { ...claims, iat: NOW + 30 });
      expect((await operationsOf(kind)[0]!.send(ahead, ada)).status).toBeLessThan(300);
    },
  );

  it('TK-03 a token of an erased member is refused', async () => {
    const ada = await given.member(app);
    const erased = forge.alter('access', ada.accessToken, { sub: randomUUID() });
    expect(await app.get('/api/members/me', erased)).toMatchObject({ status: 401, body: { code: 'session_ended' } });
  });

  it('a genuine expired token is reported as expired', async () => {
    const ada = await given.member(app);
    const genuine = await genuineTokens(ada);
    for (const kind of ['access', 'refresh', 'reset'] as const) {
      const late = forge.alter(kind, genuine[kind], { iat: NOW - 700, exp: NOW - 100 });
      for (const operation of operationsOf(kind)) {
        expect(await operation.send(late, ada)).toMatchObject({ status: 401, body: { code: 'token_expired' } });
      }
    }
    // The expiry of a forged token must not be reported.
    const forged = forge.alter('access', ada.accessToken, { exp: NOW - 100 }).slice(0, -2) + 'AA';
    expect((await app.get('/api/members/me', forged)).body.code).toBe('token_invalid');
  });
});

describe('token purposes', () => {
  it('TK-04 a token opens nothing beyond its purpose', async () => {
    const ada = await given.member(app);
    const inbox = mailbox.to(ada.email);
    const [welcome] = await inbox.all();
    const genuine = await genuineTokens(ada);
    const { body: find } = await app.post('/api/auth/login-id/send-code', { email: ada.email }).expect(202);
    // The last mail may be that of the request above, which has no link.
    const resetMail = (await inbox.all()).findLast(({ linkToken }) => linkToken !== undefined);
    const tokens: Record<string, string> = {
      ...genuine,
      'device token': ada.deviceToken,
      'sign-up link': welcome!.linkToken!,
      'reset link': resetMail!.linkToken!,
      'request handle': find.requestId,
      'session id': ada.sessionId,
    };
    const before = await stateOf(ada);
    for (const [kind, token] of Object.entries(tokens)) {
      for (const operation of OPERATIONS.filter(({ takes }) => !takes.includes(kind as Kind))) {
        const answer = await operation.send(token, ada);
        expect([kind, operation.name, answer.status, answer.body.code]).toEqual([
          kind,
          operation.name,
          401,
          'token_invalid',
        ]);
      }
      const verdict = kind === 'access' ? { active: true } : { active: false, reason: 'invalid' };
      expect((await verifyToken(token).expect(200)).body).toMatchObject(verdict);
    }
    expect(await stateOf(ada)).toEqual(before);
    const linkDoors = [
      'password-reset/confirm-link',
      'password-reset/inspect-link',
      'sign-up/inspect-link',
      'sign-up/discard',
    ];
    for (const token of Object.values(genuine)) {
      for (const door of linkDoors) expect((await app.post(`/api/auth/${door}`, { token })).status).toBe(400);
    }
  });

  it('TK-04 a token opens everything within its purpose', async () => {
    // One member per operation that ends the session.
    const [ada, bob, cleo, dan, eve] = await Promise.all(Array.from({ length: 5 }, () => given.member(app)));
    const answers: Record<string, number> = {};
    const byName = new Map(OPERATIONS.map((operation) => [operation.name, operation]));
    const use = async (name: string, token: string, member: GivenMember): Promise<HttpAnswer> => {
      const answer = await byName.get(name)!.send(token, member);
      answers[name] = answer.status;
      return answer;
    };
    for (const name of ['GET me', 'PATCH me', 'GET sessions', 'POST me/password', 'DELETE all sessions'])
      await use(name, ada!.accessToken, ada!);
    await use('DELETE one session', bob!.accessToken, bob!);
    const { body } = await use('refresh', cleo!.refreshToken, cleo!);
    await use('refresh by body', body.refreshToken, cleo!);
    for (const [token, member] of [
      [dan!.accessToken, dan!],
      [eve!.refreshToken, eve!],
    ] as const)
      expect((await use('logout', token, member)).status).toBe(204);
    await use('reset', await resetTokenFor(app, bob!), bob!);
    await use('reset by body', await resetTokenFor(app, cleo!), cleo!);
    expect(answers).toEqual({
      'GET me': 200,
      'PATCH me': 200,
      'GET sessions': 200,
      'POST me/password': 204,
      'DELETE all sessions': 204,
      'DELETE one session': 204,
      refresh: 200,
      'refresh by body': 200,
      logout: 204,
      reset: 204,
      'reset by body': 204,
    });
    expect(Object.keys(answers).sort()).toEqual(OPERATIONS.map(({ name }) => name).sort());
  });

  it('TK-05 each kind of token has its own lifetime', async () => {
    const ada = await given.member(app);
    const { access, refresh, reset } = await genuineTokens(ada);
    const lifeOf = (token: string): number => decodeToken(token).claims.exp - decodeToken(token).claims.iat;
    expect(lifeOf(access)).toBe(600);
    expect(lifeOf(reset)).toBe(600);
    expect(lifeOf(refresh)).toBe(14 * 86_400);
    for (const token of [access, refresh, reset])
      expect(Math.abs(decodeToken(token).claims.iat - Date.now() / 1000)).toBeLessThan(3600);
  });

  it('TK-10 a token identifies its owner by id alone', async () => {
    const name = 'Ada Lovelace';
    const ada = await given.member(app, { name });
    const { access, refresh, reset } = await genuineTokens(ada);
    for (const token of [access, refresh, reset]) {
      const text = JSON.stringify(decodeToken(token)).toLowerCase();
      for (const secret of [ada.email, ada.email.split('@')[0]!, ada.loginId, 'lovelace'])
        expect(text).not.toContain(secret.toLowerCase());
    }
    expect(Object.keys(decodeToken(access).claims).sort()).toEqual([
      'amr',
      'aud',
      'auth_time',
      'client_id',
      'exp',
      'iat',
      'iss',
      'jti',
      'role',
      'sid',
      'sub',
    ]);
    expect(Object.keys(decodeToken(refresh).claims).sort()).toEqual([
      'aud',
      'exp',
      'gen',
      'iat',
      'iss',
      'jti',
      'sid',
      'sub',
    ]);
    // No role and no session: a reset token is not a login.
    expect(Object.keys(decodeToken(reset).claims).sort()).toEqual(['aud', 'exp', 'iat', 'iss', 'jti', 'sub']);
  });

  it('TK-10 every refresh token, device token and link holds at least 128 random bits', async () => {
    const members = await Promise.all(Array.from({ length: 3 }, () => given.member(app)));
    const secrets: string[] = [];
    for (const member of members) {
      let token = member.refreshToken;
      for (let rotation = 0; rotation < 5; rotation++) {
        secrets.push(decodeToken(token).claims.jti);
        token = (await app.post('/api/auth/refresh', undefined, token).expect(200)).body.refreshToken;
      }
      await resetTokenFor(app, member);
      const mails = await mailbox.to(member.email).all();
      secrets.push(member.deviceToken, ...mails.flatMap(({ linkToken }) => linkToken ?? []));
    }
    expect(secrets).toHaveLength(3 * (5 + 1 + 2));
    for (const secret of secrets) {
      expect(secret).toMatch(/^[\w-]+$/);
      expect(Buffer.from(secret, 'base64url').length).toBeGreaterThanOrEqual(16);
    }
    expect(new Set(secrets).size).toBe(secrets.length);
  });
});

describe('access token verification', () => {
  it('it returns member, session and expiry', async () => {
    const ada = await given.member(app);
    const { iat, exp } = decodeToken(ada.accessToken).claims;
    expect((await verifyToken(ada.accessToken).expect(200)).body).toEqual({
      active: true,
      sub: ada.id,
      sid: ada.sessionId,
      role: 'member',
      iat,
      exp,
    });
  });

  it('it returns why a token is invalid: expired, revoked or invalid', async () => {
    const ada = await given.member(app);
    const { body: elsewhere } = await app
      .post('/api/auth/login', { identifier: ada.loginId, password: ada.password })
      .expect(200);
    const now = Math.floor(Date.now() / 1000);
    const late = forge.alter('access', ada.accessToken, { iat: now - 601, exp: now - 1 });
    expect((await verifyToken(late).expect(200)).body).toEqual({ active: false, reason: 'expired' });

    await app.post('/api/auth/logout', undefined, ada.accessToken).expect(204);
    expect((await verifyToken(ada.accessToken).expect(200)).body).toEqual({ active: false, reason: 'revoked' });
    expect((await verifyToken(elsewhere.accessToken).expect(200)).body.active).toBe(true);

    for (const token of [elsewhere.refreshToken, 'x', '..', 'null', ada.id]) {
      expect((await verifyToken(token).expect(200)).body).toEqual({ active: false, reason: 'invalid' });
    }
    for (const body of [{}, { token: '' }, { token: null }, { token: [elsewhere.accessToken] }, { token: 5 }])
      await app.post('/api/auth/verify', body).expect(422);
  });
});

describe('keys of access tokens', () => {
  it('ES256 keys are published, so that any service verifies a token by itself', async () => {
    const ada = await given.member(app);
    const { body } = await app.get('/.well-known/jwks.json').expect(200);
    const { header } = decodeToken(ada.accessToken);
    expect(header).toEqual({ alg: 'ES256', typ: 'at+jwt', kid: expect.any(String) });
    const jwk = body.keys.find(({ kid }: JsonWebKey) => kid === header.kid);
    expect(jwk).toEqual({
      kty: 'EC',
      crv: 'P-256',
      x: expect.any(String),
      y: expect.any(String),
      kid: header.kid,
      use: 'sig',
      alg: 'ES256',
    });
    // RFC 7638: the key id is derived from the key.
    const { crv, kty, x, y } = jwk;
    expect(header.kid).toBe(createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url'));

    const [headerPart, claimsPart, signature] = ada.accessToken.split('.');
    const key = createPublicKey({ key: jwk, format: 'jwk' });
    const isGood = (claims: string): boolean =>
      verify(
        'sha256',
        Buffer.from(`${headerPart}.${claims}`),
        { key, dsaEncoding: 'ieee-p1363' },
        Buffer.from(signature!, 'base64url'),
      );
    expect(isGood(claimsPart!)).toBe(true);
    expect(isGood(encodePart({ ...decodeToken(ada.accessToken).claims, role: 'admin' }))).toBe(false);
    for (const kind of [ada.refreshToken, await resetTokenFor(app, ada)])
      expect(decodeToken(kind).header.alg).toBe('HS512');
  });

  it('HS512 keys are not published, and each mode refuses the other’s tokens', async () => {
    const symmetric = await app.replica({ env: { JWT_ALGORITHM: 'HS512' } });
    expect((await symmetric.get('/.well-known/jwks.json').expect(200)).body).toEqual({ keys: [] });
    const ada = await given.member(app);
    const credentials = { identifier: ada.loginId, password: ada.password };
    const { body: login } = await symmetric.post('/api/auth/login', credentials).expect(200);
    expect(decodeToken(login.accessToken).header).toMatchObject({ alg: 'HS512', typ: 'at+jwt' });
    await symmetric.get('/api/members/me', login.accessToken).expect(200);
    await app.get('/api/members/me', login.accessToken).expect(401);
    await symmetric.get('/api/members/me', ada.accessToken).expect(401);
    // With HS512, access and refresh tokens share one algorithm, and each still has only its own purpose.
    await symmetric.get('/api/members/me', login.refreshToken).expect(401);
    await symmetric.post('/api/auth/refresh', undefined, login.accessToken).expect(401);
    const forHs512 = new TokenForge({ JWT_ALGORITHM: 'HS512' });
    const { claims } = decodeToken(login.accessToken);
    await symmetric.get('/api/members/me', forHs512.sign('access', claims)).expect(200);
    for (const wrong of ['refresh', 'reset'] as const) {
      const { kid } = forHs512.keys.for(wrong).signing;
      const borrowed = forHs512.sign(wrong, claims, { typ: 'at+jwt', kid });
      await symmetric.get('/api/members/me', borrowed).expect(401);
      const renamed = forHs512.sign(wrong, claims, { typ: 'at+jwt', kid: forHs512.keys.for('access').signing.kid });
      await symmetric.get('/api/members/me', renamed).expect(401);
    }
  });

  it('TK-11 a replaced key stays valid until it is removed', async () => {
    const pemPair = () =>
      generateKeyPairSync('ec', {
        namedCurve: 'prime256v1',
        privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
        publicKeyEncoding: { type: 'spki', format: 'pem' },
      });
    const [oldKey, newKey] = [pemPair(), pemPair()];
    // A .env file holds a PEM on one line.
    const oneLine = (...pems: string[]): string => pems.join('').replaceAll('\n', '\\n');
    const secret = base64url(randomBytes(48));
    const [during, after] = await Promise.all([
      app.replica({
        env: {
          JWT_KEYS: oneLine(newKey.privateKey, oldKey.publicKey),
          SECRET: secret,
          PREVIOUS_SECRETS: TEST_SECRET,
          WORKER_ENABLED: 'false',
        },
      }),
      app.replica({ env: { JWT_KEYS: oneLine(newKey.privateKey), SECRET: secret, WORKER_ENABLED: 'false' } }),
    ]);
    const ada = await given.member(app);
    // Tokens of a process that has the old key and the old secret.
    const before = new TokenForge({ JWT_KEYS: oneLine(oldKey.privateKey) });
    const old = { ...ada, accessToken: before.alter('access', ada.accessToken, {}) };

    await during.get('/api/members/me', old.accessToken).expect(200);
    expect((await verifyToken(old.accessToken, during)).body.active).toBe(true);
    const { body: renewed } = await during.post('/api/auth/refresh', undefined, old.refreshToken).expect(200);
    expect(decodeToken(renewed.accessToken).header.kid).not.toBe(decodeToken(old.accessToken).header.kid);
    expect(decodeToken(renewed.refreshToken).header.kid).not.toBe(decodeToken(old.refreshToken).header.kid);
    const { body: jwks } = await during.get('/.well-known/jwks.json').expect(200);
    expect(jwks.keys.map(({ kid }: JsonWebKey) => kid)).toEqual(
      [renewed, old].map(({ accessToken }) => decodeToken(accessToken).header.kid),
    );

    await after.get('/api/members/me', old.accessToken).expect(401);
    expect((await verifyToken(old.accessToken, after)).body).toEqual({ active: false, reason: 'invalid' });
    await after.post('/api/auth/refresh', undefined, old.refreshToken).expect(401);
    await after.get('/api/members/me', renewed.accessToken).expect(200);
    await after.post('/api/auth/refresh', undefined, renewed.refreshToken).expect(200);
    // A key that a process does not have yet is refused like a removed key.
    await app.get('/api/members/me', renewed.accessToken).expect(401);
  });

  it('TK-11 derived keys change with SECRET, and PREVIOUS_SECRETS keeps the old ones', async () => {
    const rotated = await app.replica({
      env: { SECRET: base64url(randomBytes(48)), PREVIOUS_SECRETS: TEST_SECRET, WORKER_ENABLED: 'false' },
    });
    const ada = await given.member(app);
    const reset = await resetTokenFor(app, ada);
    await rotated.get('/api/members/me', ada.accessToken).expect(200);
    const { body: renewed } = await rotated.post('/api/auth/refresh', undefined, ada.refreshToken).expect(200);
    await rotated.get('/api/members/me', renewed.accessToken).expect(200);
    await app.get('/api/members/me', renewed.accessToken).expect(401);
    await app.post('/api/auth/refresh', undefined, renewed.refreshToken).expect(401);
    expect((await rotated.get('/.well-known/jwks.json').expect(200)).body.keys).toHaveLength(2);
    await rotated.post('/api/auth/password-reset', { newPassword: unique.password() }, reset).expect(204);
  });
});

describe('Authorization header', () => {
  const send = (authorization: string | string[]) =>
    app.request('GET', '/api/members/me', { headers: { authorization } });

  it('it holds the scheme in any case, blanks, then the token', async () => {
    const ada = await given.member(app);
    for (const scheme of ['Bearer', 'bearer', 'BEARER', 'bEaReR', 'Bearer  '])
      expect((await send(`${scheme} ${ada.accessToken}`)).status).toBe(200);
  });

  it('TK-11 any other form is refused like a missing header', async () => {
    const ada = await given.member(app);
    const token = ada.accessToken;
    const [headerPart, claimsPart, signature] = token.split('.');
    const schemes = ['', 'Basic', 'Digest', 'JWT', 'Token', 'Negotiate', 'MAC', 'DPoP', 'Bear', 'Bearers', 'XBearer'];
    schemes.push(
      'Bearer Bearer',
      'Bearer:',
      'Bearer=',
      'Bearer,',
      '"Bearer"',
      'Bear er',
      'Basic Bearer',
      'Bearer \u00a0',
    );
    const separators = [' ', '  ', '\t', '', ':', '=', ' = ', ',', ', ', ';', '/', ' \t', ' token=', ' realm="x", '];
    const shapes = schemes.flatMap((scheme) => separators.map((separator) => `${scheme}${separator}${token}`));
    for (const separator of separators.filter((text) => !/^ +$/.test(text))) shapes.push(`Bearer${separator}${token}`);
    for (const tail of [
      ' x',
      ` ${token}`,
      `, Bearer ${token}`,
      ',',
      ';',
      '"',
      '=',
      '==',
      '.',
      '..',
      '%00',
      '\tx',
      ' ,',
    ])
      shapes.push(`Bearer ${token}${tail}`);
    for (const [open, close] of ['""', "''", '<>', '[]', '{}', '()', '``'] as unknown as [string, string][])
      shapes.push(`Bearer ${open}${token}${close}`);
    for (const text of [
      '',
      'null',
      'undefined',
      'true',
      '0',
      'NaN',
      '[object Object]',
      '*',
      '.',
      '..',
      '...',
      '-',
      '\u00ff',
    ])
      shapes.push(text, `Bearer ${text}`, `Basic ${text}`);
    shapes.push(
      `Basic ${Buffer.from(`:${token}`).toString('base64')}`,
      `Bearer ${Buffer.from(token).toString('base64')}`,
      `Bearer ${encodeURIComponent(`Bearer ${token}`)}`,
      `Bearer ${token.toUpperCase()}`,
      `Bearer ${token.toLowerCase()}`,
      `Bearer ${[...token].reverse().join('')}`,
      `Bearer ${token.replaceAll('.', '')}`,
      `Bearer ${headerPart}.${claimsPart}`,
      `Bearer ${claimsPart}.${signature}`,
      `Bearer ${headerPart} ${claimsPart} ${signature}`,
      `Bearer ${'a'.repeat(8000)}`,
      `Bearer ${'a.'.repeat(4000)}`,
      `Bearer ${' '.repeat(4000)}x`,
    );
    // Characters outside the token alphabet, at several positions.
    for (const mark of [...' !"#$%&\'()*+,/:;<=>?@[]^`{|}~'])
      for (let at = 1; at < token.length; at += Math.ceil(token.length / 8))
        shapes.push(`Bearer ${token.slice(0, at)}${mark}${token.slice(at)}`);
    const distinct = [...new Set(shapes)];
    expect(distinct.length).toBeGreaterThanOrEqual(512);
    const none = await app.get('/api/members/me');
    expect(none).toMatchObject({ status: 401, body: { code: 'token_invalid' } });
    const wrong: string[] = [];
    await inBatches(distinct, async (shape) => {
      const answer = await send(shape);
      if (answer.status !== 401 || answer.body.code !== 'token_invalid') wrong.push(`${answer.status} ${shape}`);
    });
    expect(wrong).toEqual([]);
  });

  it('an access token is accepted nowhere else', async () => {
    const ada = await given.member(app);
    const token = ada.accessToken;
    await app.get(`/api/members/me?access_token=${token}`).expect(401);
    await app
      .request('GET', '/api/members/me', { headers: { cookie: `access_token=${token}; token=${token}` } })
      .expect(401);
    await app.request('GET', '/api/members/me', { headers: { 'x-access-token': token } }).expect(401);
    await app.patch('/api/members/me', { name: 'x', access_token: token }).expect(401);
  });
});
