import { createHmac, createPublicKey, sign, type JsonWebKey, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { PROJECT_ROOT } from '../../dev/project.js';
import { makeKeyPair } from './key-pair.js';
import { ProofMaker } from './proof-maker.js';
import { decodeToken, encodePart, type TokenForge } from './token-forge.js';

/** How a token differs from a valid one. */
interface TokenChanges {
  text?: string;
  purpose?: 'refresh';
  claims?: Record<string, unknown>;
  /** Seconds from now. */
  times?: Record<string, number>;
  header?: Record<string, unknown>;
  key?: 'none' | 'public' | 'foreign' | 'next' | 'unknown';
  session?: string;
  /** Whether the token is bound to the key of the proof. */
  bound?: boolean;
}

interface ProofChanges {
  algorithm?: 'ES256' | 'EdDSA';
  key?: 'another';
  claims?: Record<string, unknown>;
  times?: Record<string, number>;
  header?: Record<string, unknown>;
  sentTwice?: boolean;
  /** Whether the header of the proof contains the private key. */
  revealsKey?: boolean;
}

/** A row of the table: a request, and the answer of an API. */
export interface ConformanceCase {
  name: string;
  /** What happens before the request is sent. A row without a stage needs no preparation. */
  stage?: 'rotated' | 'removed' | 'silent' | 'resumed';
  path?: string;
  /** Null for no Authorization header. */
  scheme?: string | null;
  token?: TokenChanges;
  proof?: ProofChanges;
  status: number;
  error?: string;
}

const TABLE = path.join(PROJECT_ROOT, 'test', 'conformance', 'resource-server.json');

export const CONFORMANCE = (JSON.parse(readFileSync(TABLE, 'utf8')) as { cases: ConformanceCase[] }).cases;

/** Tokens of genuine sessions, by the name that the table gives them. */
export type SessionTokens = Record<string, { accessToken: string; refreshToken: string }>;

/** A key that is not the server's own. */
interface OtherKey {
  readonly jwk: JsonWebKey;
  readonly privateKey: KeyObject;
}

function newKey(kid: string): OtherKey {
  const { publicKey, privateKey } = makeKeyPair();
  return { privateKey, jwk: { ...publicKey.export({ format: 'jwk' }), kid, use: 'sig', alg: 'ES256' } };
}

/** Makes the requests of the table. */
export class ConformanceRequests {
  readonly keys = { foreign: newKey('foreign'), next: newKey('next'), unknown: newKey('unknown') };

  constructor(
    private readonly forge: TokenForge,
    private readonly audience: string,
    private readonly sessions: SessionTokens,
  ) {}

  /**
   * The headers of one request.
   * @param apiUrl where the request goes; a proof names it
   */
  headersOf(
    { scheme = 'Bearer', token = {}, proof, path: where = '/me' }: ConformanceCase,
    apiUrl: string,
  ): Record<string, string> {
    if (scheme === null) return {};
    const maker = new ProofMaker(proof?.algorithm ?? 'ES256', apiUrl);
    const accessToken = this.tokenOf(token, maker.thumbprint);
    const authorization = `${scheme} ${accessToken}`;
    if (!proof) return { authorization };
    const signer = proof.key === 'another' ? new ProofMaker('ES256', apiUrl) : maker;
    const claims = { ...proof.claims, ...fromNow(proof.times) };
    const header = { ...proof.header, ...(proof.revealsKey && { jwk: signer.privateJwk }) };
    const [address] = where.split('?', 1) as [string];
    return { authorization, ...signer.header({ method: 'GET', path: address, accessToken, claims, header }) };
  }

  private tokenOf(changes: TokenChanges, thumbprint: string): string {
    if (changes.text !== undefined) return changes.text;
    const genuine = this.sessions[changes.session ?? 'live']!;
    if (changes.purpose === 'refresh') return genuine.refreshToken;
    const { header, claims } = decodeToken(genuine.accessToken);
    const payload = {
      ...claims,
      ...(changes.bound && { cnf: { jkt: thumbprint } }),
      ...(this.filled(changes.claims) as object),
      ...fromNow(changes.times),
    };
    return this.sign({ ...header, ...(this.filled(changes.header) as object) }, payload, changes.key);
  }

  private sign(header: Record<string, unknown>, claims: object, key: TokenChanges['key']): string {
    if (key === undefined) return this.forge.sign('access', claims, header);
    const isOther = key === 'next' || key === 'unknown';
    const parts = `${encodePart(isOther ? { ...header, kid: this.keys[key].jwk.kid } : header)}.${encodePart(claims)}`;
    return `${parts}.${this.signatureOf(parts, key)}`;
  }

  private signatureOf(parts: string, key: NonNullable<TokenChanges['key']>): string {
    if (key === 'none') return '';
    if (key === 'public') {
      const pem = createPublicKey(this.forge.keys.for('access').signing.signing).export({
        type: 'spki',
        format: 'pem',
      });
      return createHmac('sha256', pem).update(parts).digest('base64url');
    }
    const { privateKey } = this.keys[key];
    return sign('sha256', Buffer.from(parts), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url');
  }

  /** Replaces the names in the table by the values that they stand for. */
  private filled(values: Record<string, unknown> = {}): unknown {
    const text = JSON.stringify(values)
      .replaceAll('{audience}', this.audience)
      .replace('"{foreign}"', JSON.stringify(this.keys.foreign.jwk));
    return JSON.parse(text);
  }
}

function fromNow(times: Record<string, number> = {}): Record<string, number> {
  const now = Math.floor(Date.now() / 1000);
  return Object.fromEntries(Object.entries(times).map(([name, seconds]) => [name, now + seconds]));
}
