import {
  createECDH,
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  type JsonWebKey,
  type KeyObject,
} from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { KeyRing } from '../key-ring.js';
import { AppConfig } from '../../config/app-config.js';
import { ConfigurationError } from '../../config/configuration-error.js';
import { encodeHeader, type SignatureAlgorithm } from './jws.js';
import { PURPOSES, type TokenPurpose } from './token-purpose.js';

/**
 * How long verifiers may keep the published keys. A new key must be published for this long before it
 * signs. Verifiers may trust a removed key for this long after its removal.
 */
export const JWKS_MAX_AGE_SECONDS = 300;

/**
 * One key and the `kid` that names it in tokens. A key without `signing` only verifies. It is the
 * previous key, or the next one, with which other replicas may sign already.
 */
interface TokenKey {
  readonly kid: string;
  readonly verifying: KeyObject;
  readonly signing?: KeyObject;
}

/** The keys of one purpose: one fixed algorithm, and every key that may have signed. */
interface PurposeKeys {
  readonly algorithm: SignatureAlgorithm;
  /** The key that signs new tokens, and their header in base64url. */
  readonly signing: TokenKey & { readonly signing: KeyObject; readonly header: string };
  readonly all: readonly TokenKey[];
  /** The verifying key by the header in base64url, with which tokens begin. */
  readonly byHeader: ReadonlyMap<string, KeyObject>;
}

/**
 * Holds all keys of tokens in the form of `KeyObject`s: parsing a PEM or string for each
 * verification would take forty times as long as the verification itself.
 */
@Injectable()
export class TokenKeys {
  private readonly keys: Record<TokenPurpose, PurposeKeys>;

  constructor(config: AppConfig, keyRing: KeyRing) {
    const access = config.env.JWT_ALGORITHM === 'ES256' ? es256Keys(config, keyRing) : hs512Keys(keyRing, 'access');
    this.keys = {
      access,
      refresh: hs512Keys(keyRing, 'refresh'),
      reset: hs512Keys(keyRing, 'reset'),
      mfa: hs512Keys(keyRing, 'mfa'),
      terms: hs512Keys(keyRing, 'terms'),
      'not-me': hs512Keys(keyRing, 'not-me'),
    };
  }

  for(purpose: TokenPurpose): PurposeKeys {
    return this.keys[purpose];
  }

  /**
   * The public keys of access tokens, for the `keys` of a JWK set (RFC 7517); empty where the algorithm
   * is symmetric.
   */
  publicJwks(): JsonWebKey[] {
    const { algorithm, all } = this.keys.access;
    if (algorithm !== 'ES256') return [];
    return all.map((key) => ({
      ...key.verifying.export({ format: 'jwk' }),
      kid: key.kid,
      use: 'sig',
      alg: algorithm,
    }));
  }
}

function purposeKeys(purpose: TokenPurpose, algorithm: SignatureAlgorithm, keys: readonly TokenKey[]): PurposeKeys {
  const [first] = keys;
  if (!first?.signing) throw new ConfigurationError({ JWT_KEYS: 'needs a private key as its first block' });
  const headerOf = ({ kid }: TokenKey): string => encodeHeader({ alg: algorithm, typ: PURPOSES[purpose].typ, kid });
  return {
    algorithm,
    signing: { ...first, signing: first.signing, header: headerOf(first) },
    all: keys,
    byHeader: new Map(keys.map((key) => [headerOf(key), key.verifying])),
  };
}

function hs512Keys(keyRing: KeyRing, purpose: TokenPurpose): PurposeKeys {
  const keys = keyRing.all(`token:${PURPOSES[purpose].typ}:HS512`).map((bytes) => {
    const key = createSecretKey(bytes);
    // An HMAC of a fixed text under the key identifies the key without revealing it.
    return {
      kid: createHmac('sha256', bytes).update('kid').digest('base64url').slice(0, 16),
      verifying: key,
      signing: key,
    };
  });
  return purposeKeys(purpose, 'HS512', keys);
}

function es256Keys(config: AppConfig, keyRing: KeyRing): PurposeKeys {
  const configured = config.env.JWT_KEYS;
  const keys = configured ? parsePemKeys(configured) : keyRing.all('token:at+jwt:ES256').map(deriveEs256Key);
  return purposeKeys(
    'access',
    'ES256',
    keys.map((key) => ({ ...key, kid: thumbprint(key.verifying) })),
  );
}

/**
 * A P-256 key from derived bytes. Reducing 384 bits modulo the group order less one leaves a
 * negligible bias, and adding one excludes zero (FIPS 186-5 A.2.1).
 */
function deriveEs256Key(bytes: Buffer): Omit<TokenKey, 'kid'> {
  const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
  const scalar = (BigInt(`0x${bytes.subarray(0, 48).toString('hex')}`) % (order - 1n)) + 1n;
  const d = Buffer.from(scalar.toString(16).padStart(64, '0'), 'hex');
  const curve = createECDH('prime256v1');
  curve.setPrivateKey(d);
  const point = curve.getPublicKey();
  const jwk = {
    kty: 'EC',
    crv: 'P-256',
    x: point.subarray(1, 33).toString('base64url'),
    y: point.subarray(33).toString('base64url'),
  };
  return {
    signing: createPrivateKey({ key: { ...jwk, d: d.toString('base64url') }, format: 'jwk' }),
    verifying: createPublicKey({ key: jwk, format: 'jwk' }),
  };
}

function parsePemKeys(text: string): Omit<TokenKey, 'kid'>[] {
  // `openssl ecparam -genkey` writes a block that names the curve before that of the key. It is left out,
  // because the block of the key names the curve too.
  const blocks = (
    text.replaceAll('\\n', '\n').match(/-----BEGIN [A-Z ]+-----[\s\S]+?-----END [A-Z ]+-----/g) ?? []
  ).filter((block) => !block.startsWith('-----BEGIN EC PARAMETERS-----'));
  const keys = blocks.map((pem) => {
    try {
      if (!pem.includes('PRIVATE')) return { verifying: createPublicKey(pem) };
      return { signing: createPrivateKey(pem), verifying: createPublicKey(pem) };
    } catch {
      throw new ConfigurationError({ JWT_KEYS: 'holds a PEM block that cannot be read' });
    }
  });
  const isP256 = (key: KeyObject): boolean => key.asymmetricKeyDetails?.namedCurve === 'prime256v1';
  if (keys.length === 0 || !keys.every((key) => isP256(key.verifying)))
    throw new ConfigurationError({ JWT_KEYS: 'needs PEM blocks of P-256 keys' });
  return keys;
}

/** The thumbprint of RFC 7638: every implementation computes the same one for the same key. */
function thumbprint(key: KeyObject): string {
  const { crv, kty, x, y } = key.export({ format: 'jwk' });
  return createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url');
}
