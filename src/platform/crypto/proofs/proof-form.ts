import { LRUCache } from 'lru-cache';
import { DomainError } from '../../http/problems/domain-error.js';

/** Asymmetric, and supported by browsers and by the key stores of phones. */
export const PROOF_ALGORITHMS = ['ES256', 'EdDSA'] as const;

/** The public key of a proof; other members of its JWK are ignored. */
export type ProofJwk =
  | { readonly kty: 'EC'; readonly crv: 'P-256'; readonly x: string; readonly y: string }
  | { readonly kty: 'OKP'; readonly crv: 'Ed25519'; readonly x: string };

interface ProofHeader {
  readonly algorithm: (typeof PROOF_ALGORITHMS)[number];
  /** The same object for each proof with this header, mostly. */
  readonly key: ProofJwk;
}

/** A proof whose form is right. Its signature is not verified yet. */
export interface ProofParts extends ProofHeader {
  readonly jti: string;
  readonly htm: string;
  readonly htu: string;
  readonly iat: number;
  readonly nonce: string | undefined;
  readonly ath: string | undefined;
}

const MAX_PROOF_LENGTH = 4096;
const MAX_JTI_LENGTH = 256;
/** A client sends one header for weeks. Longer ones are not kept, because they cost memory before a signature is verified. */
const MAX_KEPT_LENGTH = 512;
const headers = new LRUCache<string, ProofHeader>({ max: 5_000 });
/** Members that hold private or secret key material (RFC 7518 section 6). */
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];

/**
 * Reads a proof and checks its form: RFC 9449 section 4.3, checks 1 to 5 and 7.
 * @throws DomainError `proof_invalid`
 */
export function readProof(proof: string): ProofParts {
  // Two DPoP headers arrive as one text with a comma, which is not a JWT.
  if (proof.length > MAX_PROOF_LENGTH || !/^[\w-]+\.[\w-]+\.[\w-]+$/.test(proof)) throw invalid('not a single JWT');
  const [header, claims] = proof.split('.', 2) as [string, string];
  const { algorithm, key } = readHeader(header);
  const { jti, htm, htu, iat, nonce, ath } = readObject(claims);
  if (typeof jti !== 'string' || jti === '' || jti.length > MAX_JTI_LENGTH) throw invalid('jti is missing');
  if (typeof htm !== 'string' || typeof htu !== 'string') throw invalid('htm or htu is missing');
  if (typeof iat !== 'number') throw invalid('iat is missing');
  if (!isOptionalText(nonce) || !isOptionalText(ath)) throw invalid('nonce or ath is not text');
  return { algorithm, key, jti, htm, htu, iat, nonce, ath };
}

/** A proof that cannot be accepted. The reason goes to the log only. */
export function invalid(detail: string, cause?: unknown): DomainError {
  return new DomainError('proof_invalid', { detail, cause });
}

function readHeader(text: string): ProofHeader {
  const known = headers.get(text);
  if (known) return known;
  const header = readObject(text);
  const { typ, alg, jwk } = header;
  if (typ !== 'dpop+jwt') throw invalid('typ is not dpop+jwt');
  const algorithm = PROOF_ALGORITHMS.find((allowed) => allowed === alg);
  if (algorithm === undefined) throw invalid('alg is not allowed');
  // An extension that this server does not understand could change what the signature covers.
  if ('crit' in header || 'b64' in header) throw invalid('crit is not supported');
  const read = { algorithm, key: readKey(jwk, algorithm) };
  if (text.length <= MAX_KEPT_LENGTH) headers.set(text, read);
  return read;
}

type JsonObject = Record<string, unknown>;

function readObject(part: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
  } catch {
    throw invalid('not JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid('not a JSON object');
  return value as JsonObject;
}

function readKey(jwk: unknown, algorithm: ProofParts['algorithm']): ProofJwk {
  if (typeof jwk !== 'object' || jwk === null) throw invalid('jwk is missing');
  if (PRIVATE_MEMBERS.some((member) => member in jwk)) throw invalid('jwk holds a private key');
  const { kty, crv, x, y } = jwk as JsonObject;
  if (algorithm === 'ES256' && kty === 'EC' && crv === 'P-256' && typeof x === 'string' && typeof y === 'string')
    return { kty, crv, x, y };
  if (algorithm === 'EdDSA' && kty === 'OKP' && crv === 'Ed25519' && typeof x === 'string') return { kty, crv, x };
  throw invalid('jwk does not fit alg');
}

function isOptionalText(value: unknown): value is string | undefined {
  return value === undefined || typeof value === 'string';
}
