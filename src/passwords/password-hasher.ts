import { Injectable } from '@nestjs/common';
import argon2 from 'argon2';
import { AppConfig } from '../config/app-config.js';

/** A stored hash may ask for at most this much more than our own setting: it is input, and a tampered row must not stop the server. */
const MAX_MEMORY_KIB = 1_048_576;
const MAX_TIME_COST = 20;
const MAX_PARALLELISM = 16;

/** argon2id (RFC 9106) in PHC string form, at OWASP's parameters or stronger. */
@Injectable()
export class PasswordHasher {
  private readonly options: { type: 2; memoryCost: number; timeCost: number; parallelism: number };

  constructor({ env }: AppConfig) {
    this.options = {
      type: argon2.argon2id,
      memoryCost: env.ARGON2_MEMORY_KIB,
      timeCost: env.ARGON2_TIME_COST,
      parallelism: env.ARGON2_PARALLELISM,
    };
  }

  async hash(password: string): Promise<string> {
    return argon2.hash(canonical(password), this.options);
  }

  /** False too for a stored value that is no argon2id hash within bounds, at once and without computing anything. */
  async verify(hash: string, password: string): Promise<boolean> {
    return hasSaneCost(hash) && argon2.verify(hash, canonical(password));
  }

  /** Whether a hash was made with weaker settings than today's. */
  needsRehash(hash: string): boolean {
    return argon2.needsRehash(hash, this.options);
  }
}

/**
 * NFC, so that Hangul typed decomposed on one system and composed on another is one password (NIST SP 800-63B-4 3.1.1.2).
 * Nothing else is folded, trimmed or cut.
 */
function canonical(password: string): string {
  return password.normalize('NFC');
}

/** Implementations write the parameters of a PHC string in different orders. */
function hasSaneCost(hash: string): boolean {
  const parameters = /^\$argon2id\$v=19\$((?:[mtp]=\d{1,8},?){3})\$[\w+/]+\$[\w+/]+$/.exec(hash)?.[1];
  if (parameters === undefined) return false;
  const { m, t, p } = Object.fromEntries(parameters.split(',').map((pair) => [pair[0], Number(pair.slice(2))]));
  return m! <= MAX_MEMORY_KIB && t! <= MAX_TIME_COST && p! <= MAX_PARALLELISM;
}
