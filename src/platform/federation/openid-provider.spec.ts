import { createHash } from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { exportJWK, exportSPKI, SignJWT, UnsecuredJWT, type JWTPayload } from 'jose';
import { makeKeyPair, type KeyPair } from '../../../test/support/key-pair.js';
import { KakaoProvider } from './kakao-provider.js';
import { OpenIdProvider } from './openid-provider.js';
import { isProviderUnavailable } from './provider-http.js';

const CLIENT_ID = 'munjigi';
const REQUEST = { redirectUri: 'https://app.example.test/social', state: 'state', nonce: 'nonce', codeVerifier: 'v' };

let keys: KeyPair;
let server: http.Server;
let issuer: string;
/** What the token endpoint answers next. */
let tokenAnswer: { status: number; idToken: string };
let revokes = false;

/** A provider that an attacker controls, or whose answers an attacker exchanges. */
beforeAll(async () => {
  keys = makeKeyPair('rsa');
  const jwk = { ...(await exportJWK(keys.publicKey)), alg: 'RS256', use: 'sig', kid: 'one' };
  server = http.createServer((request, response) => {
    const metadata = {
      issuer,
      jwks_uri: `${issuer}/jwks`,
      authorization_endpoint: `${issuer}/auth`,
      token_endpoint: `${issuer}/token`,
    };
    const documents: Record<string, object> = {
      '/.well-known/openid-configuration': {
        ...metadata,
        ...(revokes && { revocation_endpoint: `${issuer}/revoke` }),
        id_token_signing_alg_values_supported: ['RS256', 'HS256', 'none'],
      },
      '/jwks': { keys: [jwk] },
      '/token': { access_token: 'a', token_type: 'Bearer', id_token: tokenAnswer?.idToken, refresh_token: 'r' },
    };
    response.statusCode = request.url === '/token' ? tokenAnswer.status : 200;
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(documents[request.url!]));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  revokes = false;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const claims = (changes: JWTPayload = {}): JWTPayload => ({
  ...{ iss: issuer, aud: CLIENT_ID, sub: 'ada', nonce: 'nonce' },
  ...{ iat: Math.floor(Date.now() / 1000), exp: Math.floor(Date.now() / 1000) + 300 },
  ...changes,
});
const signed = (changes?: JWTPayload): Promise<string> =>
  new SignJWT(claims(changes)).setProtectedHeader({ alg: 'RS256', kid: 'one' }).sign(keys.privateKey);

function openProvider(): OpenIdProvider {
  const settings = { id: 'acme', name: 'Acme', protocol: 'openid', scope: 'openid', clientSecret: 's' } as const;
  return new OpenIdProvider({
    ...settings,
    issuer,
    clientId: CLIENT_ID,
    nativeAudiences: ['app-one', 'app-two'],
    mailDomains: [],
  });
}

async function exchange(idToken: string, status = 200) {
  tokenAnswer = { idToken, status };
  return openProvider().exchange(REQUEST, { code: 'code' });
}

it('SO-14 takes an address that Kakao names as verified, and its nickname as the name', async () => {
  const settings = { id: 'kakao', name: 'Kakao', protocol: 'openid', scope: 'openid', clientSecret: 's' } as const;
  const kakao = new KakaoProvider(
    { ...settings, issuer, clientId: CLIENT_ID, nativeAudiences: [], mailDomains: [] },
    issuer,
    undefined,
  );
  const accountOf = async (changes: JWTPayload) => {
    tokenAnswer = { idToken: await signed(changes), status: 200 };
    return (await kakao.exchange(REQUEST, { code: 'code' })).account;
  };
  expect(await accountOf({ email: 'ada@kakao.com', nickname: '에이다' })).toMatchObject({
    ...{ email: 'ada@kakao.com', emailVerified: true, name: '에이다' },
  });
  expect(await accountOf({})).toMatchObject({ email: null, emailVerified: false, name: null });
});

it('accepts an ID token for this client and this request, and email_verified as a text', async () => {
  const idToken = await signed({ email: 'ada@example.com', email_verified: 'true' });
  expect(await exchange(idToken)).toEqual({
    account: { provider: 'acme', subject: 'ada', email: 'ada@example.com', emailVerified: true, name: null },
    grant: null,
  });
});

it.each([
  [true, { refreshToken: 'r', clientId: CLIENT_ID }],
  [false, null],
])('SO-52 keeps a refresh token where it can be revoked (%p), as it serves nothing else', async (canRevoke, grant) => {
  revokes = canRevoke;
  expect((await exchange(await signed())).grant).toEqual(grant);
});

it.each([
  ['for another client', { aud: 'another-client' }],
  ['of another issuer', { iss: 'https://accounts.google.com' }],
  ['that has expired', { exp: 1 }],
  ['with the nonce of another request', { nonce: 'another' }],
  ['without a nonce', { nonce: undefined }],
])('SO-05 SO-07 refuses an ID token %s', async (_, changes) => {
  const idToken = await signed(changes);
  await expect(exchange(idToken)).rejects.toThrow();
});

it('SO-06 refuses an ID token without a signature, with HS256 and the public key, and by another key', async () => {
  const publicKey = Buffer.from(await exportSPKI(keys.publicKey));
  const other = makeKeyPair('rsa');
  const forged = [
    new UnsecuredJWT(claims()).encode(),
    await new SignJWT(claims()).setProtectedHeader({ alg: 'HS256', kid: 'one' }).sign(publicKey),
    await new SignJWT(claims()).setProtectedHeader({ alg: 'RS256', kid: 'one' }).sign(other.privateKey),
  ];
  for (const idToken of forged) await expect(exchange(idToken)).rejects.toThrow();
});

it('SO-11 distinguishes a provider that is down from one that refuses', async () => {
  const idToken = await signed();
  expect(isProviderUnavailable(await exchange(idToken, 503).catch((error: unknown) => error))).toBe(true);
  expect(isProviderUnavailable(await exchange(idToken, 400).catch((error: unknown) => error))).toBe(false);
});

const native = (idToken: string) => openProvider().verifyNative({ idToken, nonce: 'nonce of the app' });

it('accepts the ID token of an app with its nonce, plain or hashed', async () => {
  const hash = createHash('sha256').update('nonce of the app').digest('hex');
  for (const [aud, nonce] of [
    ['app-one', 'nonce of the app'],
    ['app-two', hash],
  ])
    expect((await native(await signed({ aud, nonce }))).account).toMatchObject({ provider: 'acme', subject: 'ada' });
});

it.each([
  ['for another app', { aud: 'another-app' }],
  ['for the pages of this service', { aud: CLIENT_ID }],
  ['of another issuer', { iss: 'https://accounts.google.com' }],
  ['that has expired', { exp: 1 }],
  ['of yesterday', { iat: 1_700_000_000 }],
  ['with another nonce', { nonce: 'another' }],
  ['without a nonce', { nonce: undefined }],
])('SO-05 refuses the ID token of an app %s', async (_, changes) => {
  const idToken = await signed({ aud: 'app-one', nonce: 'nonce of the app', ...changes });
  await expect(native(idToken)).rejects.toThrow();
});

it('SO-07 refuses the hash of a nonce as the nonce: a stolen token would bring its own', async () => {
  const hash = createHash('sha256').update('nonce of the app').digest('hex');
  const idToken = await signed({ aud: 'app-one', nonce: hash });
  await expect(openProvider().verifyNative({ idToken, nonce: hash })).rejects.toThrow('another nonce');
});

it('SO-06 refuses the ID token of an app without a signature, and with HS256 and the public key', async () => {
  const forged = claims({ aud: 'app-one', nonce: 'nonce of the app' });
  const publicKey = Buffer.from(await exportSPKI(keys.publicKey));
  const shared = await new SignJWT(forged).setProtectedHeader({ alg: 'HS256', kid: 'one' }).sign(publicKey);
  for (const idToken of [new UnsecuredJWT(forged).encode(), shared]) await expect(native(idToken)).rejects.toThrow();
});

const EVENTS = { type: 'consent-revoked', sub: 'ada' };
const notice = (changes: JWTPayload = {}) => signed({ jti: 'one', events: EVENTS, exp: undefined, ...changes });
const verifyNotice = (token: string) => openProvider().verifyNotice(token, 86_400);

it.each([
  ['for this client', {}],
  ['for one of its apps, with a slash after the issuer', () => ({ aud: 'app-two', iss: `${issuer}/` })],
])('accepts a notice %s', async (_, changes) => {
  const token = await notice(typeof changes === 'function' ? changes() : changes);
  expect((await verifyNotice(token)).claims).toMatchObject({ jti: 'one', events: EVENTS });
});

it.each([
  ['for another client', { aud: 'another-client' }],
  ['of another issuer', { iss: 'https://accounts.google.com' }],
  ['that has expired', { exp: 1 }],
  ['of last week', { iat: 1_700_000_000 }],
  ['without a time', { iat: undefined }],
  ['without an id', { jti: undefined }],
  ['that is an ID token', { events: undefined }],
])('SO-54 refuses a notice %s', async (_, changes) => {
  const token = await notice(changes);
  await expect(verifyNotice(token)).rejects.toThrow();
});

it('SO-54 refuses a notice without a signature, with HS256 and the public key, and by another key', async () => {
  const forged = claims({ jti: 'one', events: EVENTS });
  const publicKey = Buffer.from(await exportSPKI(keys.publicKey));
  const other = makeKeyPair('rsa');
  const tokens = [
    new UnsecuredJWT(forged).encode(),
    await new SignJWT(forged).setProtectedHeader({ alg: 'HS256', kid: 'one' }).sign(publicKey),
    await new SignJWT(forged).setProtectedHeader({ alg: 'RS256', kid: 'one' }).sign(other.privateKey),
  ];
  for (const token of tokens) await expect(verifyNotice(token)).rejects.toThrow();
});
