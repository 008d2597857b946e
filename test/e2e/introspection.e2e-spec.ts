import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { givenApiKey } from '../support/api-keys.js';
import { given, type GivenMember } from '../support/factories.js';
import { ProofMaker } from '../support/proof-maker.js';
import { TestApp } from '../support/test-app.js';
import { decodeToken, TokenForge } from '../support/token-forge.js';

let app: TestApp;
let ada: GivenMember;
let key: string;
beforeAll(async () => {
  app = await TestApp.shared();
  ada = await given.member(app);
  ({ key } = await givenApiKey(app, ['revocations:read']));
});
afterAll(() => app.stop());

const basic = (password: string, name = 'gateway') => `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`;

/** Sends the token in a form, as gateways do. */
const introspect = (token: string, authorization = `Bearer ${key}`, more = '') =>
  app.request('POST', '/api/auth/introspect', {
    raw: `token=${encodeURIComponent(token)}${more}`,
    headers: { 'content-type': 'application/x-www-form-urlencoded', authorization },
  });

describe('introspection', () => {
  it('RS-09 answers with the claims of an active token, to a key as bearer token or Basic password', async () => {
    const { claims } = decodeToken(ada.accessToken);
    for (const authorization of [`Bearer ${key}`, basic(key), basic(key, ''), basic(key, 'a%20b')]) {
      const { body } = await introspect(ada.accessToken, authorization).expect(200);
      expect(body).toEqual({ active: true, token_type: 'Bearer', ...claims });
    }
    const { body } = await app.post('/api/auth/introspect', { token: ada.accessToken }, key).expect(200);
    expect(body).toEqual({ active: true, token_type: 'Bearer', ...claims });
  });

  it('RS-09 shows that a token is bound to a key, which the gateway has to check', async () => {
    const maker = new ProofMaker();
    const { body: bound } = await app
      .request('POST', '/api/auth/login', {
        body: { identifier: ada.loginId, password: ada.password, binding: 'full' },
        headers: maker.header({ path: '/api/auth/login' }),
      })
      .expect(200);
    const { body } = await introspect(bound.accessToken).expect(200);
    expect(body).toMatchObject({ active: true, token_type: 'DPoP', cnf: { jkt: maker.thumbprint } });
  });

  it('RS-09 gives nothing but active: false for every other token', async () => {
    const forge = new TokenForge();
    const now = Math.floor(Date.now() / 1000);
    const gone = await given.member(app);
    await app.post('/api/auth/logout', undefined, gone.accessToken).expect(204);
    const others = [
      gone.accessToken,
      forge.alter('access', ada.accessToken, { iat: now - 601, exp: now - 1 }),
      forge.alter('access', ada.accessToken, { aud: 'https://other.example' }),
      ada.refreshToken,
      ...['x', 'a.b.c', key],
    ];
    for (const token of others) expect((await introspect(token).expect(200)).body).toEqual({ active: false });
  });

  it('RS-09 ignores further fields of the form, and refuses a token that comes twice', async () => {
    await introspect(ada.accessToken, undefined, '&token_type_hint=access_token&client_id=x').expect(200);
    await introspect(ada.accessToken, undefined, '&token=x').expect(400);
    const empty = await introspect('', undefined, '&token_type_hint=access_token').expect(422);
    expect(empty.body.errors).toMatchObject([{ field: 'token' }]);
  });

  it('RS-09 refuses requests without a key that has the scope', async () => {
    const { key: other } = await givenApiKey(app, ['members:read', 'events:read']);
    const { key: distant } = await givenApiKey(app, ['revocations:read'], { addresses: ['192.0.2.0/24'] });
    const { key: expired } = await givenApiKey(app, ['revocations:read'], { expiresAt: new Date(0) });
    const refusals: [string, number, string][] = [
      ['', 401, 'token_invalid'],
      [`Bearer ${ada.accessToken}`, 401, 'token_invalid'],
      [`DPoP ${key}`, 401, 'token_invalid'],
      [basic('wrong'), 401, 'token_invalid'],
      [`Basic ${Buffer.from(key).toString('base64')}`, 401, 'token_invalid'],
      [basic(`${key}x`), 401, 'api_key_invalid'],
      [basic(expired), 401, 'api_key_invalid'],
      [`Bearer ${other}`, 403, 'insufficient_scope'],
      [basic(other), 403, 'insufficient_scope'],
      [basic(distant), 403, 'address_not_allowed'],
    ];
    for (const [authorization, status, code] of refusals)
      expect([authorization, await introspect(ada.accessToken, authorization)]).toMatchObject([
        authorization,
        { status, body: { code } },
      ]);
  });

  it('TR-04 is the only route that reads a form', async () => {
    const { body: document } = await app.get('/docs-json').expect(200);
    const operations = Object.entries<object>(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => [method.toUpperCase(), path.replace(/\{\w+\}/g, randomUUID())] as const),
    );
    const others = operations.filter(
      ([method, path]) => ['POST', 'PUT', 'PATCH'].includes(method) && path !== '/api/auth/introspect',
    );
    expect(others.length).toBeGreaterThan(50);
    for (const [method, path] of others) {
      const answer = await app.request(method, path, {
        raw: `token=${ada.accessToken}`,
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      });
      expect([method, path, answer.status, answer.body.code]).toEqual([method, path, 415, 'unsupported_media_type']);
    }
  });
});
