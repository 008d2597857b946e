import { createSecretKey } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createVerifier } from '../src/index.js';
import { FakeIssuer, givenKey, secondsNow, type TokenChanges } from './fake-issuer.js';
import { bearer, closeVerifiers, givenFollower, givenVerifier, outcomeOf, refusalOf, until } from './verifying.js';

let issuer: FakeIssuer;
beforeAll(async () => {
  issuer = await FakeIssuer.start();
});
afterEach(async () => {
  await closeVerifiers(issuer);
  issuer.isDown = false;
  issuer.active = true;
});
afterAll(() => issuer.stop());

describe('a verifier', () => {
  it('RS-30 returns the member of a valid token', async () => {
    const verifier = givenVerifier(issuer);
    const token = await issuer.token({ claims: { amr: ['hwk', 'mfa'], attributes: { roles: ['editor'], team: 'a' } } });
    expect(await verifier.verify(bearer(token))).toMatchObject({
      ...{ memberId: issuer.memberId, sessionId: issuer.sessionId, role: 'member', roles: ['member', 'editor'] },
      ...{ methods: ['hwk', 'mfa'], isBound: false, attributes: { team: 'a' } },
    });
  });

  it('RS-30 takes requests of the Fetch standard', async () => {
    const headers = { authorization: `Bearer ${await issuer.token()}` };
    expect(await outcomeOf(givenVerifier(issuer), new Request('http://api.test/me', { headers }))).toBe('admitted');
  });

  const now = secondsNow();
  it.each<[string, TokenChanges]>([
    ['an expired token', { claims: { iat: now - 700, exp: now - 100 } }],
    ['another audience', { claims: { aud: 'https://other.test' } }],
    ['another issuer', { claims: { iss: 'https://other.test' } }],
    ['another type', { header: { typ: 'JWT' } }],
    ['no session', { claims: { sid: undefined } }],
    ['no expiry', { claims: { exp: undefined } }],
    ['an unknown key', { header: { kid: 'unknown' } }],
    ['a key that it cannot check', { claims: { cnf: { 'x5t#S256': 'a' } } }],
  ])('RS-30 refuses %s', async (_, changes) => {
    const refusal = await refusalOf(givenVerifier(issuer), bearer(await issuer.token(changes)));
    expect([refusal.status, refusal.code]).toEqual([401, 'invalid_token']);
    expect(refusal.headers).toEqual({ 'www-authenticate': 'Bearer error="invalid_token"' });
  });

  it('RS-30 refuses a signature by another key under a known key id, and another algorithm', async () => {
    const verifier = givenVerifier(issuer);
    const foreign = await issuer.token({ key: await givenKey('first') });
    const publicKey = createSecretKey(Buffer.from(JSON.stringify(issuer.key.jwk)));
    const symmetric = await issuer.token({ header: { alg: 'HS256' }, key: { ...issuer.key, privateKey: publicKey } });
    for (const token of [foreign, symmetric, 'a.b.c'])
      expect(await outcomeOf(verifier, bearer(token))).toBe('invalid_token');
  });

  it('RS-30 names no error where the request has no credentials', async () => {
    const request = { method: 'GET', url: '/me', headers: {} };
    const plain = await refusalOf(givenVerifier(issuer), request);
    expect([plain.status, plain.code, plain.headers['www-authenticate']]).toEqual([401, 'token_missing', 'Bearer']);
    const bound = await refusalOf(givenVerifier(issuer, { apiUrl: 'http://api.test' }), request);
    expect(bound.headers['www-authenticate']).toBe('Bearer, DPoP algs="ES256 EdDSA"');
  });

  it.each([
    { issuer: 'accounts' },
    { issuer: 'http://a.test', apiKey: '' },
    { issuer: 'http://a.test', apiUrl: 'api' },
    { issuer: 'http://a.test', maxSilenceSeconds: NaN },
    { issuer: 'http://a.test', maxSilenceSeconds: Infinity },
  ])('RS-30 cannot be made with %j', (options) => {
    expect(() => createVerifier(options)).toThrow(TypeError);
  });

  it('RS-31 warns when it is made without an API key, because it then hears of no revocation', () => {
    const warnings: string[] = [];
    givenVerifier(issuer, { onWarning: (message) => warnings.push(message) });
    expect(warnings).toEqual([expect.stringContaining('Without an API key')]);
  });
});

describe('the stream of revocations', () => {
  it.each([
    ['session', 'sid'],
    ['member', 'sub'],
  ] as const)('RS-31 ends the tokens of a %s, and no others', async (kind, claim) => {
    const verifier = await givenFollower(issuer);
    const [revoked, other] = ['a', 'b'].map((id) => issuer.token({ claims: { [claim]: `${kind}-${id}` } }));
    const issuedLater = await issuer.token({ claims: { [claim]: `${kind}-a`, iat: secondsNow() + 5 } });
    issuer.revoke(kind, `${kind}-a`);
    const request = bearer(await revoked!);
    await until(async () => (await outcomeOf(verifier, request)) === 'invalid_token');
    expect(await outcomeOf(verifier, bearer(await other!))).toBe('admitted');
    expect(await outcomeOf(verifier, bearer(issuedLater))).toBe('admitted');
  });

  it('RS-31 fails closed before its first heartbeat, and at once when the server may miss revocations', async () => {
    const verifier = givenVerifier(issuer, { apiKey: 'mjk_key' });
    const token = bearer(await issuer.token());
    const refusal = await refusalOf(verifier, token);
    expect([refusal.status, refusal.code]).toEqual([503, 'temporarily_unavailable']);
    expect(refusal.headers).toHaveProperty('retry-after');
    await until(() => issuer.listeners > 0);
    issuer.beat();
    await until(async () => (await outcomeOf(verifier, token)) === 'admitted');
    issuer.send('interrupted', { serverTime: new Date().toISOString() });
    await until(async () => (await outcomeOf(verifier, token)) === 'temporarily_unavailable');
  });

  it('RS-31 introspects each token while revocations are unknown, with `whenSilent: introspect`', async () => {
    const verifier = givenVerifier(issuer, { apiKey: 'mjk_key', whenSilent: 'introspect' });
    const token = await issuer.token();
    expect(await outcomeOf(verifier, bearer(token))).toBe('admitted');
    expect(issuer.introspected).toEqual([`Bearer mjk_key token=${token}`]);
    issuer.active = false;
    expect(await outcomeOf(verifier, bearer(token))).toBe('invalid_token');
    issuer.isDown = true;
    expect(await outcomeOf(verifier, bearer(token))).toBe('temporarily_unavailable');
  });

  it('RS-31 resumes from its last position with its key', async () => {
    await givenFollower(issuer);
    const requests = issuer.streamRequests.length;
    issuer.cutStreams();
    await until(() => issuer.streamRequests.length > requests);
    expect(issuer.streamRequests.at(-1)).toMatchObject({ authorization: 'Bearer mjk_key', 'last-event-id': '100' });
  });

  it("RS-31 judges expiry by the server's clock", async () => {
    const verifier = await givenFollower(issuer);
    const token = bearer(await issuer.token({ claims: { exp: secondsNow() + 60 } }));
    expect(await outcomeOf(verifier, token)).toBe('admitted');
    issuer.beat(undefined, 3600);
    await until(async () => (await outcomeOf(verifier, token)) === 'invalid_token');
  });
});
