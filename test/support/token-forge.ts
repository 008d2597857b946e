import { createHmac, sign, type KeyObject } from 'node:crypto';
import { KeyRing } from '../../src/platform/crypto/key-ring.js';
import { AppConfig } from '../../src/platform/config/app-config.js';
import { TokenKeys } from '../../src/platform/crypto/tokens/token-keys.js';
import { PURPOSES, type TokenPurpose } from '../../src/platform/crypto/tokens/token-purpose.js';
import { serverEnvironment } from './server-environment.js';

/** A decoded JWT. */
export interface DecodedToken {
  header: Record<string, any>;
  claims: Record<string, any>;
  signature: string;
}

export function decodeToken(token: string): DecodedToken {
  const [header = '', claims = '', signature = ''] = token.split('.');
  const read = (part: string): Record<string, any> => JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
  return { header: read(header), claims: read(claims), signature };
}

/** One part of a JWT: a value for JSON, or raw text that JSON.stringify cannot produce. */
export function encodePart(value: object | string): string {
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
}

/**
 * Signs tokens with the keys of a server under test, so that the signature is never the reason for
 * a refusal.
 */
export class TokenForge {
  readonly keys: TokenKeys;

  /** @param env the server's settings where they differ from the default of the tests */
  constructor(env: Record<string, string | undefined> = {}) {
    const config = AppConfig.load(serverEnvironment(env));
    this.keys = new TokenKeys(config, new KeyRing(config.secrets));
  }

  /**
   * A token of this purpose; `header` overrides parts of the header that the server would write.
   */
  sign(purpose: TokenPurpose, claims: object | string, header: object = {}): string {
    const { algorithm, signing } = this.keys.for(purpose);
    const genuine = { alg: algorithm, typ: PURPOSES[purpose].typ, kid: signing.kid };
    return this.signParts(purpose, encodePart({ ...genuine, ...header }), encodePart(claims));
  }

  /** Like {@link sign}, with raw header and payload. */
  signParts(purpose: TokenPurpose, header: string, claims: string): string {
    const { algorithm, signing } = this.keys.for(purpose);
    return `${header}.${claims}.${signatureOf(algorithm, signing.signing, `${header}.${claims}`)}`;
  }

  /** The same token with other claims; an undefined claim is removed. */
  alter(purpose: TokenPurpose, token: string, changes: Record<string, unknown>): string {
    return this.sign(purpose, { ...decodeToken(token).claims, ...changes });
  }
}

function signatureOf(algorithm: 'ES256' | 'HS512', key: KeyObject, input: string): string {
  return algorithm === 'HS512'
    ? createHmac('sha512', key).update(input).digest('base64url')
    : sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url');
}
