import { randomBytes } from 'node:crypto';
import { Injectable, Optional } from '@nestjs/common';
import { AppConfig } from '../../platform/config/app-config.js';
import { argon2Library, type Argon2Parameters } from './argon2-library.js';
import { phcBase64 } from './legacy-hashes/encodings.js';

/** Upper bounds for the cost in a stored hash: a tampered row must not exhaust the server. */
const MAX_MEMORY_KIB = 1_048_576;
const MAX_TIME_COST = 20;
const MAX_PARALLELISM = 16;
/** The minimum of argon2 (RFC 9106 section 3.1); with less, the library throws. */
export const MIN_MEMORY_KIB_PER_LANE = 8;

/** What both libraries write. */
const SALT_BYTES = 16;
const TAG_BYTES = 32;

/** The cost in a stored hash: `m` KiB of memory, `t` passes, `p` lanes. */
interface Cost {
  readonly m: number;
  readonly t: number;
  readonly p: number;
}

/** Hashes with argon2id (RFC 9106) in PHC string form, at OWASP's parameters or stronger. */
@Injectable()
export class PasswordHasher {
  private readonly parameters: Argon2Parameters;

  constructor(
    { env }: AppConfig,
    @Optional() private readonly library = argon2Library(),
  ) {
    this.parameters = {
      memoryKib: env.ARGON2_MEMORY_KIB,
      timeCost: env.ARGON2_TIME_COST,
      parallelism: env.ARGON2_PARALLELISM,
    };
  }

  /** @param salt random where absent */
  async hash(password: string, salt?: Buffer): Promise<string> {
    return (await this.library).hash(canonical(password), this.parameters, salt);
  }

  /**
   * Makes a hash that no password opens, because its tag is 256 random bits. Costs nothing, but a
   * comparison with it takes as long as with any other hash of the current cost.
   */
  makeUnknownHash(): string {
    const { memoryKib, timeCost, parallelism } = this.parameters;
    const [salt, tag] = [phcBase64(randomBytes(SALT_BYTES)), phcBase64(randomBytes(TAG_BYTES))];
    return `$argon2id$v=19$m=${memoryKib},t=${timeCost},p=${parallelism}$${salt}$${tag}`;
  }

  /**
   * Compares a password with a stored hash. Returns false, without computing anything, if the
   * stored value is no argon2id hash or its cost is out of bounds.
   */
  async verify(hash: string, password: string): Promise<boolean> {
    const cost = costOf(hash);
    return cost !== null && isSane(cost) && (await this.library).verify(hash, canonical(password));
  }

  /**
   * Whether a hash is no argon2id hash, or has less memory, passes or lanes than configured. A hash
   * of a higher cost stays: the settings of replicas may differ during a rollout.
   */
  needsRehash(hash: string): boolean {
    const cost = costOf(hash);
    const { memoryKib, timeCost, parallelism } = this.parameters;
    return cost === null || cost.m < memoryKib || cost.t < timeCost || cost.p < parallelism;
  }

  /** Whether a comparison with the hash takes as long as with one that is made now. */
  isOfCurrentCost(hash: string): boolean {
    const cost = costOf(hash);
    const { memoryKib, timeCost, parallelism } = this.parameters;
    return cost?.m === memoryKib && cost.t === timeCost && cost.p === parallelism;
  }
}

/** Whether {@link PasswordHasher.verify} computes with this hash: argon2id of a bearable cost. */
export function isVerifiable(hash: string): boolean {
  const cost = costOf(hash);
  return cost !== null && isSane(cost);
}

/**
 * NFC, so that Hangul typed decomposed on one system and composed on another is one password (NIST
 * SP 800-63B-4 3.1.1.2). Nothing else is folded, trimmed or cut.
 */
function canonical(password: string): string {
  return password.normalize('NFC');
}

/**
 * Reads the parameters in any order, because implementations of argon2 write them in different orders.
 * @returns null unless the text is an argon2id hash with a salt of at least 8 bytes and a tag of at
 * least 16; {@link PasswordHasher} has never written shorter ones
 */
function costOf(hash: string): Cost | null {
  const [, parameters, salt, tag] =
    /^\$argon2id\$v=19\$((?:[mtp]=\d{1,8},){2}[mtp]=\d{1,8})\$([\w+/]{11,})\$([\w+/]{22,})$/.exec(hash) ?? [];
  if (parameters === undefined || !isBase64(salt!) || !isBase64(tag!)) return null;
  const [m, t, p] = [/m=(\d+)/, /t=(\d+)/, /p=(\d+)/].map((name) => name.exec(parameters)?.[1]);
  return m === undefined || t === undefined || p === undefined ? null : { m: Number(m), t: Number(t), p: Number(p) };
}

/**
 * Whether the text is canonical base64 without padding. Given another spelling, one of the argon2
 * libraries decodes it and the other throws.
 */
function isBase64(text: string): boolean {
  return phcBase64(Buffer.from(text, 'base64')) === text;
}

function isSane({ m, t, p }: Cost): boolean {
  const isEnough = p >= 1 && t >= 1 && m >= MIN_MEMORY_KIB_PER_LANE * p;
  return isEnough && m <= MAX_MEMORY_KIB && t <= MAX_TIME_COST && p <= MAX_PARALLELISM;
}
