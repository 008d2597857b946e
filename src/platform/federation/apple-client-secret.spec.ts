import { generateKeyPairSync } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { decodeProtectedHeader, jwtVerify } from 'jose';
import { AppleClientSecret } from './apple-client-secret.js';

const ISSUER = 'https://appleid.apple.com';
const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const clock = { now: Math.floor(Date.now() / 1000) };
const open = () => new AppleClientSecret({ teamId: 'TEAM', keyId: 'KEY', privateKey }, ISSUER, () => clock.now);

it('SO-50 signs the secret of each client with the key of the team, for Apple alone', async () => {
  const secret = await open().get('com.example.app');
  const { payload } = await jwtVerify(secret, publicKey, { issuer: 'TEAM', audience: ISSUER, algorithms: ['ES256'] });
  expect(payload.sub).toBe('com.example.app');
  expect(payload.exp! - payload.iat!).toBeLessThanOrEqual(3600);
  expect(decodeProtectedHeader(secret)).toEqual({ alg: 'ES256', kid: 'KEY' });
});

it('SO-50 keeps a secret until shortly before it expires', async () => {
  const secrets = open();
  const first = await secrets.get('web');
  clock.now += 3200;
  expect(await secrets.get('web')).toBe(first);
  expect(await secrets.get('app')).not.toBe(first);
  clock.now += 200;
  expect(await secrets.get('web')).not.toBe(first);
});
