import { createHash, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { calculateJwkThumbprint, exportJWK, SignJWT } from 'jose';
import type { Verifier } from '../src/index.js';
import { Proofs } from '../src/proofs.js';
import { FakeIssuer, givenKey, secondsNow, type SigningKey } from './fake-issuer.js';
import { bearer, closeVerifiers, givenVerifier, outcomeOf, refusalOf } from './verifying.js';

const API_URL = 'https://api.example.test/v1';

let issuer: FakeIssuer;
let verifier: Verifier;
let device: SigningKey;
let token: string;

beforeAll(async () => {
  issuer = await FakeIssuer.start();
  verifier = givenVerifier(issuer, { apiUrl: `${API_URL}/` });
  device = await givenKey();
  token = await issuer.token({ claims: { cnf: { jkt: await calculateJwkThumbprint(device.jwk) } } });
});
afterAll(async () => {
  await closeVerifiers(issuer);
  issuer.stop();
});

interface ProofChanges {
  readonly header?: Record<string, unknown>;
  readonly claims?: Record<string, unknown>;
  readonly key?: SigningKey;
}

async function proofOf({ header, claims, key = device }: ProofChanges = {}): Promise<string> {
  const { kty, crv, x, y } = key.jwk;
  const ath = createHash('sha256').update(token).digest('base64url');
  return new SignJWT({ htm: 'GET', htu: `${API_URL}/me`, iat: secondsNow(), jti: randomUUID(), ath, ...claims })
    .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk: { kty: kty!, crv, x, y }, ...header })
    .sign(key.privateKey);
}

const bound = (dpop: string, more: { url?: string; method?: string; originalUrl?: string } = {}) => ({
  ...{ method: 'GET', url: '/me', ...more },
  headers: { authorization: `DPoP ${token}`, dpop },
});

describe('a token that is bound to a key', () => {
  it('RS-33 is admitted with its proof', async () => {
    expect(await verifier.verify(bound(await proofOf()))).toMatchObject({ isBound: true });
  });

  it('RS-33 is admitted at an address with a query, and behind a router', async () => {
    expect(await outcomeOf(verifier, bound(await proofOf(), { url: '/me?page=2' }))).toBe('admitted');
    expect(await outcomeOf(verifier, bound(await proofOf(), { url: '/', originalUrl: '/me' }))).toBe('admitted');
    expect(await outcomeOf(verifier, bound(await proofOf(), { url: 'https://evil.test/me' }))).toBe('admitted');
  });

  it.each<[string, () => ProofChanges | Promise<ProofChanges>]>([
    ['another method', () => ({ claims: { htm: 'POST' } })],
    ['another host', () => ({ claims: { htu: 'https://other.test/v1/me' } })],
    ['another path', () => ({ claims: { htu: `${API_URL}/you` } })],
    ['another token', () => ({ claims: { ath: 'a' } })],
    ['an old time', () => ({ claims: { iat: secondsNow() - 90 } })],
    ['a time to come', () => ({ claims: { iat: secondsNow() + 90 } })],
    ['no identifier', () => ({ claims: { jti: undefined } })],
    ['an identifier without end', () => ({ claims: { jti: 'a'.repeat(257) } })],
    ['another type', () => ({ header: { typ: 'JWT' } })],
    ['a private key', async () => ({ header: { jwk: await exportJWK(device.privateKey) } })],
    ['another key', async () => ({ key: await givenKey() })],
  ])('RS-33 is refused with a proof with %s', async (_, changes) => {
    const refusal = await refusalOf(verifier, bound(await proofOf(await changes())));
    expect([refusal.status, refusal.code]).toEqual([401, 'invalid_dpop_proof']);
    expect(refusal.headers['www-authenticate']).toBe('DPoP error="invalid_dpop_proof", algs="ES256 EdDSA"');
  });

  it('RS-33 is refused with a used proof; of two requests with one proof at once, one is admitted', async () => {
    const proof = bound(await proofOf());
    const outcomes = await Promise.all([outcomeOf(verifier, proof), outcomeOf(verifier, proof)]);
    expect(outcomes.sort()).toEqual(['admitted', 'invalid_dpop_proof']);
    expect(await outcomeOf(verifier, proof)).toBe('invalid_dpop_proof');
  });

  it('RS-33 is refused with a used proof, also after the clock was set back', async () => {
    const proofs = new Proofs(API_URL);
    const now = secondsNow();
    const thumbprint = await calculateJwkThumbprint(device.jwk);
    const check = (proof: string, at: number) => proofs.check(bound(proof), { text: token, thumbprint }, at);
    const early = await proofOf({ claims: { iat: now + 60 } });
    await check(early, now);
    await check(await proofOf({ claims: { iat: now + 121 } }), now + 121); // removes old entries, but must keep `early`
    await expect(check(early, now + 119)).rejects.toMatchObject({ code: 'invalid_dpop_proof' });
  });

  it('RS-33 is refused without a proof, and as a plain token', async () => {
    const headers = { authorization: `DPoP ${token}` };
    expect(await outcomeOf(verifier, { method: 'GET', url: '/me', headers })).toBe('invalid_dpop_proof');
    expect(await outcomeOf(verifier, bearer(token))).toBe('invalid_token');
  });

  it('RS-33 is refused by an API that has no `apiUrl` configured', async () => {
    const refusal = await refusalOf(givenVerifier(issuer), bound(await proofOf()));
    expect(refusal.headers['www-authenticate']).toBe('DPoP error="invalid_token", algs="ES256 EdDSA"');
  });

  it('RS-33 is required by the scheme DPoP: a plain token is refused, also with a proof', async () => {
    const headers = { authorization: `DPoP ${await issuer.token()}`, dpop: await proofOf() };
    expect(await outcomeOf(verifier, { method: 'GET', url: '/me', headers })).toBe('invalid_token');
  });
});
