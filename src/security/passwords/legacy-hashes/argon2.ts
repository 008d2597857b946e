import { argon2Library } from '../argon2-library.js';
import { MIN_MEMORY_KIB_PER_LANE } from '../password-hasher.js';
import { bytesOf, objectOf, phcBase64 } from './encodings.js';
import {
  refuse,
  TOO_EXPENSIVE,
  TOO_WEAK,
  type LegacyHash,
  type LegacyReader,
  type RefusedHash,
} from './legacy-hash.js';

/** Memory in KiB, and memory times passes: together about a second of a core. */
const MAX_MEMORY_KIB = 2 ** 18;
const MAX_WORK_KIB = 2 ** 20;
const MIN_WORK_KIB = 2 ** 10;
const MAX_PARALLELISM = 16;
const MIN_SALT_BYTES = 8;
const MIN_TAG_BYTES = 16;
const MAX_TAG_BYTES = 128;

interface Parts {
  readonly type: string;
  /** 16 (1.0) or 19 (1.3). */
  readonly version: number;
  readonly m: number;
  readonly t: number;
  readonly p: number;
  readonly salt: Buffer | null;
  readonly tag: Buffer | null;
}

/**
 * argon2 (RFC 9106) of other types, versions or costs than this service makes, as written by Django,
 * passlib, Spring Security and Keycloak. The stored form begins differently from that of our own
 * hashes. So these hashes can be counted by cost, and unknown accounts be compared at the same costs (IM-03).
 */
export const readArgon2: LegacyReader = (text) => {
  const parts = ownParts(text) ?? phcParts(text) ?? keycloakParts(text);
  return parts === null ? null : argon2Hash(parts);
};

function argon2Hash({ type, version, m, t, p, salt, tag }: Parts): LegacyHash | RefusedHash {
  const scheme = `argon2${type}`;
  const isWhole = salt !== null && salt.length >= MIN_SALT_BYTES && tag !== null;
  const isTag = isWhole && tag.length >= MIN_TAG_BYTES && tag.length <= MAX_TAG_BYTES;
  // Comparisons with NaN are false.
  const isValid = [16, 19].includes(version) && p >= 1 && t >= 1 && m >= MIN_MEMORY_KIB_PER_LANE * p;
  if (!isTag || !isValid) return refuse(scheme, 'is malformed');
  if (m > MAX_MEMORY_KIB || m * t > MAX_WORK_KIB || p > MAX_PARALLELISM) return refuse(scheme, TOO_EXPENSIVE);
  if (m * t < MIN_WORK_KIB) return refuse(scheme, TOO_WEAK);
  const costs = `m=${m},t=${t},p=${p}`;
  const kind = `$other-${scheme}$v=${version},${costs}`;
  const bytes = `$${phcBase64(salt)}$${phcBase64(tag)}`;
  return {
    stored: kind + bytes,
    kind,
    verify: async (password) => (await argon2Library()).verify(`$${scheme}$v=${version}$${costs}${bytes}`, password),
  };
}

/** The stored form. */
function ownParts(text: string): Parts | null {
  const [, type, version, costs, salt, tag] =
    /^\$other-argon2(i|d|id)\$v=(\d\d),([mtp=,\d]{11,40})\$([\w+/]+)\$([\w+/]+)$/.exec(text) ?? [];
  return type === undefined ? null : partsOf(type, version!, costs!, salt!, tag!);
}

/** A PHC string, with the prefix of Django or Spring or none. Without a version it is 1.0. */
function phcParts(text: string): Parts | null {
  const [, type, version, costs, salt, tag] =
    /^(?:argon2|\{argon2(?:@\w+)?\})?\$argon2(i|d|id)\$(?:v=(\d\d)\$)?([mtp=,\d]{11,40})\$([\w+/]+)\$([\w+/]+)$/.exec(
      text,
    ) ?? [];
  return type === undefined ? null : partsOf(type, version ?? '16', costs!, salt!, tag!);
}

/** Keycloak's credential as one JSON object. */
function keycloakParts(text: string): Parts | null {
  const { algorithm, hashIterations, additionalParameters, salt, value } = objectOf(text);
  if (algorithm !== 'argon2') return null;
  const parameter = (name: string): string =>
    String((additionalParameters as Record<string, unknown[] | undefined> | undefined)?.[name]?.[0]);
  const version = { '1.0': '16', '1.3': '19' }[parameter('version')] ?? '';
  const costs = `m=${parameter('memory')},t=${String(hashIterations)},p=${parameter('parallelism')}`;
  const type = /^(?:i|d|id)$/.exec(parameter('type'))?.[0] ?? '';
  return partsOf(type, type === '' ? '' : version, costs, String(salt), String(value));
}

/** Implementations write costs in different orders. */
function partsOf(type: string, version: string, costs: string, salt: string, tag: string): Parts {
  const cost = (name: string): number => Number(new RegExp(`(?:^|,)${name}=(\\d{1,8})(?:,|$)`).exec(costs)?.[1]);
  return {
    type,
    version: Number(version),
    m: cost('m'),
    t: cost('t'),
    p: cost('p'),
    salt: bytesOf(salt),
    tag: bytesOf(tag),
  };
}
