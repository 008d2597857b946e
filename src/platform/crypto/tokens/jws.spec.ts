import { createSecretKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import jsonwebtoken from 'jsonwebtoken';
import { encodeHeader, signJws } from './jws.js';

const CLAIMS = {
  iss: 'https://example.com',
  sub: '한국어 ✓ "',
  amr: ['pwd'],
  cnf: undefined,
  iat: 1_700_000_000,
  exp: 1_700_000_600,
};

describe('a signed token', () => {
  it('is, with a symmetric key, the same that jsonwebtoken writes, so that older replicas make equal tokens', () => {
    const key = createSecretKey(randomBytes(64));
    const header = { alg: 'HS512', typ: 'refresh+jwt', kid: 'k1' } as const;
    expect(signJws(encodeHeader(header), CLAIMS, 'HS512', key)).toBe(
      jsonwebtoken.sign(CLAIMS, key, { algorithm: 'HS512', header }),
    );
  });

  it('is accepted by jsonwebtoken with the public key, and not with another', () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
    const header = { alg: 'ES256', typ: 'at+jwt', kid: 'k1' } as const;
    const token = signJws(encodeHeader(header), CLAIMS, 'ES256', privateKey);
    const verify = (key: typeof publicKey) =>
      jsonwebtoken.verify(token, key, { algorithms: ['ES256'], ignoreExpiration: true, complete: true });
    expect(verify(publicKey)).toMatchObject({ header, payload: JSON.parse(JSON.stringify(CLAIMS)) as object });
    const other = generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).publicKey;
    expect(() => verify(other)).toThrow('invalid signature');
  });
});
