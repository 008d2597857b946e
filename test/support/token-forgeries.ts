import {
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  randomBytes,
  sign,
  type JsonWebKey,
  type KeyObject,
} from 'node:crypto';
import type { TokenPurpose } from '../../src/platform/crypto/tokens/token-purpose.js';
import { makeKeyPair } from './key-pair.js';
import { TEST_PUBLIC_URL } from './server-environment.js';
import { decodeToken, encodePart, type TokenForge } from './token-forge.js';

export interface ForgeryTools {
  forge: TokenForge;
  /** The public key of access tokens, as the server publishes it. */
  published: JsonWebKey;
  /** The key URL in a forged header. */
  attackerUrl: string;
}

/** A key of an attacker (PKCS #8), and a certificate for it that it has signed itself; DER in base64. */
const CERTIFIED_KEY =
  'MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgIysxtjkQUPFyetyPsQnAKvDArJw9p1iudd5Bp1P9K6yhRANCAAT3vbPxLTRS1y' +
  '2t3nRcgfNTUITtaUwzD4UnKX+27WveMgj/KaahPdLttKdmZtkdGRAiPYKXOfa2KGiYaugp+mX1';
const CERTIFICATE =
  'MIIBfDCCASOgAwIBAgIUfDCTtaotJWp6afmWk4ikwzawcdQwCgYIKoZIzj0EAwIwEzERMA8GA1UEAwwIYXR0YWNrZXIwIBcNMjYxMTMwMTUxMj' +
  'I2WhgPMjEyNjExMDYxNTEyMjZaMBMxETAPBgNVBAMMCGF0dGFja2VyMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE972z8S00Utctrd50XIHz' +
  'U1CE7WlMMw+FJyl/tu1r3jII/ymmoT3S7bSnZmbZHRkQIj2Clzn2tihomGroKfpl9aNTMFEwHQYDVR0OBBYEFIY1SIunB7r0VlnntDO2hX32JS' +
  'o1MB8GA1UdIwQYMBaAFIY1SIunB7r0VlnntDO2hX32JSo1MA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDRwAwRAIgZudOkaZhn3mItjUy' +
  '3dHXrXFK7WSuClyhJU6iGQUfUEwCICs/yqhwSS06nYtjGThw9epuWwzKHdMxqmzj03gD8rnR';

const base64url = (bytes: Buffer): string => bytes.toString('base64url');

/**
 * Tokens that an attacker can make with a genuine token and the published keys, but without the
 * private keys.
 */
export function forgeriesOf(
  kind: TokenPurpose,
  genuine: string,
  { forge, published, attackerUrl }: ForgeryTools,
): Record<string, string> {
  const { header, claims, signature } = decodeToken(genuine);
  const [headerPart = '', claimsPart = ''] = genuine.split('.');
  const evilClaims = encodePart(
    kind === 'access' ? { ...claims, role: 'admin' } : { ...claims, exp: claims.exp + 86_400 },
  );
  const own = {
    p256: makeKeyPair('P-256'),
    p384: makeKeyPair('P-384'),
    k256: makeKeyPair('secp256k1'),
    rsa: makeKeyPair('rsa'),
    ed: makeKeyPair('ed25519'),
  };
  const ownJwk = own.p256.publicKey.export({ format: 'jwk' });
  const all: Record<string, string> = {};
  const hmac = (bits: number, secret: string | Buffer, of: object): string => {
    const input = `${encodePart(of)}.${evilClaims}`;
    return `${input}.${createHmac(`sha${bits}`, secret).update(input).digest('base64url')}`;
  };
  const signed = (key: KeyObject, hash: string | null, of: object, part = evilClaims): string => {
    const input = `${encodePart(of)}.${part}`;
    const options = key.asymmetricKeyType === 'ec' ? { key, dsaEncoding: 'ieee-p1363' as const } : { key };
    return `${input}.${base64url(sign(hash, Buffer.from(input), options))}`;
  };

  // The algorithm `none`, its other spellings, and values that are no algorithm.
  for (const alg of ['none', 'None', 'NONE', 'nOnE', 'none ', 'n\u043ene', '', null, false, 0, [], ['none'], {}]) {
    const input = `${encodePart({ ...header, alg })}.${evilClaims}`;
    all[`alg ${JSON.stringify(alg)}, empty signature`] = `${input}.`;
    all[`alg ${JSON.stringify(alg)}, no signature`] = input;
    all[`alg ${JSON.stringify(alg)}, the old signature`] = `${input}.${signature}`;
  }

  // The published key as if it were a shared secret.
  const publicKey = createPublicKey({ key: published, format: 'jwk' });
  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const der = publicKey.export({ type: 'spki', format: 'der' });
  const x = Buffer.from(published.x!, 'base64url');
  const y = Buffer.from(published.y!, 'base64url');
  const secrets: Record<string, string | Buffer> = {
    PEM: pem,
    'PEM without its last line break': pem.trim(),
    'PEM on one line': pem.replaceAll('\n', ''),
    DER: der,
    'DER in base64': der.toString('base64'),
    'JWK text': JSON.stringify(published),
    'JWK set text': JSON.stringify({ keys: [published] }),
    'bare JWK text': JSON.stringify({ kty: published.kty, crv: published.crv, x: published.x, y: published.y }),
    'the point': Buffer.concat([Buffer.from([4]), x, y]),
    x,
    'x as text': published.x!,
    'the key id': String(header.kid),
    nothing: '',
    'zero bytes': Buffer.alloc(64),
    secret: 'secret',
  };
  for (const [name, secret] of Object.entries(secrets)) {
    for (const bits of [256, 384, 512]) {
      all[`HS${bits} with ${name}`] = hmac(bits, secret, { ...header, alg: `HS${bits}` });
    }
    all[`HS256 with ${name}, kid published`] = hmac(256, secret, { ...header, alg: 'HS256', kid: published.kid });
    all[`HS512 called ES256 with ${name}`] = hmac(512, secret, { ...header, alg: 'ES256' });
  }

  // The attacker's own keys, in the algorithms that libraries support.
  all['ES256 with a key of my own'] = signed(own.p256.privateKey, 'sha256', { ...header, alg: 'ES256' });
  all['ES256, kid published'] = signed(own.p256.privateKey, 'sha256', { ...header, alg: 'ES256', kid: published.kid });
  all['ES384'] = signed(own.p384.privateKey, 'sha384', { ...header, alg: 'ES384' });
  all['ES384 called ES256'] = signed(own.p384.privateKey, 'sha384', { ...header, alg: 'ES256' });
  all['ES256K'] = signed(own.k256.privateKey, 'sha256', { ...header, alg: 'ES256K' });
  for (const alg of ['RS256', 'RS512', 'PS256', 'PS512'])
    all[alg] = signed(own.rsa.privateKey, `sha${alg.slice(2)}`, { ...header, alg });
  all['EdDSA'] = signed(own.ed.privateKey, null, { ...header, alg: 'EdDSA' });
  for (const alg of ['es256', 'hs512', 'ES256 ', ' HS512', 'ES512', 'HS1', 'RSA-OAEP', 'dir', 'A256GCM', 'toString'])
    all[`alg ${alg}`] = `${encodePart({ ...header, alg })}.${claimsPart}.${signature}`;

  // Invalid signatures (the zero ones are CVE-2022-21449, "psychic signatures").
  const order = Buffer.from('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551', 'hex');
  const signatures: Record<string, Buffer> = {
    '32 zeros': Buffer.alloc(32),
    '64 zeros': Buffer.alloc(64),
    '96 zeros': Buffer.alloc(96),
    '132 zeros': Buffer.alloc(132),
    'r and s the group order': Buffer.concat([order, order]),
    'r one, s one': Buffer.concat([Buffer.alloc(31), Buffer.of(1), Buffer.alloc(31), Buffer.of(1)]),
    'a zero in DER': Buffer.from('3006020100020100', 'hex'),
    'a one in DER': Buffer.from('3006020101020101', 'hex'),
    'all ones': Buffer.alloc(64, 0xff),
    'random bytes': randomBytes(64),
    'one byte': Buffer.of(0),
  };
  const bytes = Buffer.from(signature, 'base64url');
  for (const [name, forged] of Object.entries(signatures)) {
    all[`signature: ${name}`] = `${headerPart}.${evilClaims}.${base64url(forged)}`;
    all[`signature: ${name}, claims untouched`] = `${headerPart}.${claimsPart}.${base64url(forged)}`;
  }
  const damaged: Record<string, string> = {
    'cut off': base64url(bytes.subarray(0, -1)),
    halved: base64url(bytes.subarray(0, 32)),
    'longer by a byte': base64url(Buffer.concat([bytes, Buffer.of(0)])),
    'one bit flipped': base64url(bytes.map((byte, i) => (i === 0 ? byte ^ 1 : byte)) as Buffer),
    twice: base64url(Buffer.concat([bytes, bytes])),
    padded: `${signature}==`,
    'with a blank inside': `${signature.slice(0, 5)}%20${signature.slice(5)}`,
    'in hexadecimal': bytes.toString('hex'),
    // Decoding drops four bits of the last character, so one signature has sixteen spellings.
    'spelt another way': signature.slice(0, -1) + nextBase64urlLetter(signature.at(-1)!),
    missing: '',
  };
  for (const [name, forged] of Object.entries(damaged)) {
    all[`signature ${name}`] = `${headerPart}.${claimsPart}.${forged}`;
  }

  // A header that holds or references a key of the attacker.
  const es256 = { ...header, alg: 'ES256', kid: 'mine' };
  const ownKey = own.p256.privateKey;
  all['jwk'] = signed(ownKey, 'sha256', { ...es256, jwk: ownJwk });
  all['jwk with the known kid'] = signed(ownKey, 'sha256', { ...es256, kid: header.kid, jwk: ownJwk });
  all['jwk with the same kid inside'] = signed(ownKey, 'sha256', {
    ...es256,
    kid: header.kid,
    jwk: { ...ownJwk, kid: header.kid },
  });
  all['jwk symmetric'] = hmac(256, 'k', {
    ...header,
    alg: 'HS256',
    jwk: { kty: 'oct', k: encodePart('k'), alg: 'HS256' },
  });
  for (const name of ['jku', 'x5u']) {
    for (const url of [attackerUrl, `${TEST_PUBLIC_URL}@${new URL(attackerUrl).host}/jwks.json`, 'file:///dev/null'])
      all[`${name} ${url.split(':')[0]} ${url.length}`] = signed(ownKey, 'sha256', { ...es256, [name]: url });
  }
  const certified = createPrivateKey({ key: Buffer.from(CERTIFIED_KEY, 'base64'), type: 'pkcs8', format: 'der' });
  const certificate = Buffer.from(CERTIFICATE, 'base64');
  all['x5c'] = signed(certified, 'sha256', { ...es256, x5c: [CERTIFICATE] });
  all['x5t'] = signed(certified, 'sha256', {
    ...es256,
    x5t: base64url(createHash('sha1').update(certificate).digest()),
  });
  const kids: Record<string, unknown> = {
    'path to nothing': '/dev/null',
    'path traversal': '../../../../../../../../dev/null',
    'path traversal, encoded': '..%2f..%2f..%2f..%2fdev%2fnull',
    'a file of ours': '../../package.json',
    SQL: "' UNION SELECT 'secret' -- ",
    'SQL with a delay': "x'; SELECT pg_sleep(10) --",
    URL: `${attackerUrl}/key.pem`,
    command: '$(cat /etc/passwd)|id;`id`',
    'a number': 0,
    null: null,
    'a list': [header.kid],
    'an object': { kid: header.kid },
    empty: '',
    ['__proto__']: '__proto__', // in brackets: without them it would set the prototype
    constructor: 'constructor',
    'with a NUL': `${header.kid}\u0000`,
    'with a blank': ` ${header.kid}`,
    'of another kind of token': kind === 'access' ? forge.keys.for('refresh').signing.kid : published.kid,
    'eight hundred letters': 'k'.repeat(800),
  };
  for (const [name, kid] of Object.entries(kids)) {
    all[`kid: ${name}`] = hmac(512, '', { ...header, alg: 'HS512', kid });
    all[`kid: ${name}, signature untouched`] = `${encodePart({ ...header, kid })}.${claimsPart}.${signature}`;
  }
  all['kid missing'] = signed(ownKey, 'sha256', { alg: 'ES256', typ: header.typ });

  // Token types and shapes that we do not use.
  for (const typ of ['JWT', 'jwt', header.typ.toUpperCase(), `application/${header.typ}`, '', null, undefined])
    all[`typ ${String(typ)}`] = `${encodePart({ ...header, typ })}.${claimsPart}.${signature}`;
  all['two parts'] = `${headerPart}.${claimsPart}`;
  all['one part'] = headerPart;
  all['four parts'] = `${genuine}.${signature}`;
  all['a leading dot'] = `.${genuine}`;
  all['a dot at the end'] = `${genuine}.`;
  all['no header'] = `.${claimsPart}.${signature}`;
  all['no claims'] = `${headerPart}..${signature}`;
  all['only dots'] = '..';
  all['parts swapped'] = `${claimsPart}.${headerPart}.${signature}`;
  all['claims of my own'] = `${headerPart}.${evilClaims}.${signature}`;
  all['header padded'] = `${headerPart}=.${claimsPart}.${signature}`;
  all['header no JSON'] = `${encodePart('ES256')}.${claimsPart}.${signature}`;
  all['header a list'] = `${encodePart([header])}.${claimsPart}.${signature}`;
  all['header null'] = `${encodePart('null')}.${claimsPart}.${signature}`;
  all['claims null'] = `${headerPart}.${encodePart('null')}.${signature}`;
  all['JSON serialisation'] = JSON.stringify({ protected: headerPart, payload: claimsPart, signature });
  // JWE: five parts, encrypted with a key that the token itself names.
  all['JWE'] =
    `${encodePart({ alg: 'dir', enc: 'A256GCM', typ: header.typ, kid: header.kid })}..AAAAAAAAAAAAAAAA.AAAA.AAAAAAAAAAAAAAAAAAAAAA`;
  all['JWE with a wrapped key'] = `${encodePart({ alg: 'RSA-OAEP', enc: 'A128GCM' })}.AAAA.AAAA.${claimsPart}.AAAA`;
  all['JWE header on three parts'] =
    `${encodePart({ ...header, alg: 'dir', enc: 'A256GCM' })}.${claimsPart}.${signature}`;
  return all;
}

/**
 * The base64url letter that differs in the lowest bit only. At the end of a 64-byte signature it decodes to the same bytes.
 */
function nextBase64urlLetter(letter: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return alphabet[alphabet.indexOf(letter) ^ 1]!;
}
