import { pbkdf2, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { bytesOf, objectOf, phcBase64 } from './encodings.js';
import {
  refuse,
  TOO_EXPENSIVE,
  TOO_WEAK,
  type LegacyHash,
  type LegacyReader,
  type RefusedHash,
} from './legacy-hash.js';

const derive = promisify(pbkdf2);

/** About two seconds of a core. */
const MAX_ITERATIONS = 3_000_000;
/** With fewer it is a fast hash. NIST SP 800-132 section 5.2 asks for at least as many. */
const MIN_ITERATIONS = 1000;
const MIN_TAG_BYTES = 16;

const DIGEST_BYTES = { sha1: 20, sha256: 32, sha512: 64 } as const;
type Digest = keyof typeof DIGEST_BYTES;

/** The defaults of Spring's Pbkdf2PasswordEncoder, which its hashes do not name. */
const SPRING = {
  pbkdf2: { digest: 'sha1', iterations: 185_000, saltBytes: 8 },
  'pbkdf2@SpringSecurity_v5_8': { digest: 'sha256', iterations: 310_000, saltBytes: 16 },
} as const;

interface Parts {
  readonly digest: Digest;
  readonly iterations: number;
  readonly salt: Buffer | null;
  readonly tag: Buffer | null;
}

/** PBKDF2 (RFC 8018) as written by Django, passlib, Spring Security and Keycloak. */
export const readPbkdf2: LegacyReader = (text) => {
  const parts = ownParts(text) ?? djangoParts(text) ?? passlibParts(text) ?? springParts(text) ?? keycloakParts(text);
  return parts === null ? null : pbkdf2Hash(parts);
};

function pbkdf2Hash({ digest, iterations, salt, tag }: Parts): LegacyHash | RefusedHash {
  const scheme = `pbkdf2-${digest}`;
  if (salt === null || tag === null || tag.length < MIN_TAG_BYTES) return refuse(scheme, 'is malformed');
  if (iterations > MAX_ITERATIONS) return refuse(scheme, TOO_EXPENSIVE);
  if (iterations < MIN_ITERATIONS) return refuse(scheme, TOO_WEAK);
  // Blocks do not depend on each other (RFC 8018 section 5.2). More than the first would cost the
  // server time that an attacker need not spend.
  const first = tag.subarray(0, DIGEST_BYTES[digest]);
  const kind = `$${scheme}$i=${iterations}`;
  return {
    stored: `${kind}$${phcBase64(salt)}$${phcBase64(first)}`,
    kind,
    verify: async (password) => timingSafeEqual(await derive(password, salt, iterations, first.length, digest), first),
  };
}

/** The stored form. */
function ownParts(text: string): Parts | null {
  const [, digest, iterations, salt, tag] =
    /^\$pbkdf2-(sha1|sha256|sha512)\$i=(\d{1,10})\$([\w+/]*)\$([\w+/]+)$/.exec(text) ?? [];
  return digest === undefined ? null : partsOf(digest, iterations!, bytesOf(salt!), bytesOf(tag!));
}

/** `pbkdf2_sha256$iterations$salt$base64`; the salt is text. */
function djangoParts(text: string): Parts | null {
  const [, digest, iterations, salt, tag] = /^pbkdf2_(sha1|sha256)\$(\d{1,10})\$([^$]+)\$([^$]+)$/.exec(text) ?? [];
  return digest === undefined ? null : partsOf(digest, iterations!, Buffer.from(salt!), bytesOf(tag!));
}

/** `$pbkdf2-sha256$iterations$salt$tag`, in base64 with `.` for `+`; without a digest it is SHA-1. */
function passlibParts(text: string): Parts | null {
  const [, digest, iterations, salt, tag] =
    /^\$pbkdf2(?:-(sha256|sha512))?\$(\d{1,10})\$([\w./]*)\$([\w./]+)$/.exec(text) ?? [];
  const read = (part: string): Buffer | null => bytesOf(part.replaceAll('.', '+'));
  return iterations === undefined ? null : partsOf(digest ?? 'sha1', iterations, read(salt!), read(tag!));
}

/** `{pbkdf2}` and the hexadecimal digits of salt and tag. */
function springParts(text: string): Parts | null {
  const [, id, hex] = /^\{(pbkdf2(?:@SpringSecurity_v5_8)?)\}((?:[0-9a-f]{2})+)$/.exec(text) ?? [];
  if (id === undefined) return null;
  const { digest, iterations, saltBytes } = SPRING[id as keyof typeof SPRING];
  const bytes = Buffer.from(hex!, 'hex');
  return { digest, iterations, salt: bytes.subarray(0, saltBytes), tag: bytes.subarray(saltBytes) };
}

/** Keycloak's credential as one JSON object. */
function keycloakParts(text: string): Parts | null {
  const { algorithm, hashIterations, salt, value } = objectOf(text);
  const name = /^pbkdf2(?:-(sha256|sha512))?$/.exec(String(algorithm));
  return name === null
    ? null
    : partsOf(name[1] ?? 'sha1', String(hashIterations), bytesOf(String(salt)), bytesOf(String(value)));
}

function partsOf(digest: string, iterations: string, salt: Buffer | null, tag: Buffer | null): Parts {
  return { digest: digest as Digest, iterations: Number(iterations), salt, tag };
}
