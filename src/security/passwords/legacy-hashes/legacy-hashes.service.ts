import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { keyedDigest } from '../../../platform/crypto/digest.js';
import { KeyRing } from '../../../platform/crypto/key-ring.js';
import { Notifications } from '../../../platform/database/notifications.js';
import {
  LEGACY_HASHES_CHANNEL,
  LegacyHashKindsRepository,
  type LegacyHashShare,
} from '../../../users/legacy-hash-kinds.repository.js';
import { phcBase64 } from './encodings.js';
import type { LegacyHash } from './legacy-hash.js';
import { parseLegacyHash } from './parse-legacy-hash.js';

/**
 * Purpose of the key that assigns a scheme to an unknown account. All replicas derive the same key,
 * and an attacker cannot predict the scheme.
 */
const KEY = 'legacy-hash-dummies';
const REFRESH_MS = 60_000;
/**
 * The pause between two readings, as a multiple of the time that a reading takes: counting a million
 * hashes takes seconds.
 */
const LEAST_PAUSES = 100;
/** The same while an import runs, which notifies with each batch. */
const IMPORT_PAUSES = 10;

/** Finds hashes of other systems, which imported members have, and dummies of the same cost. */
@Injectable()
export class LegacyHashesService implements OnModuleInit {
  private shares: readonly LegacyHashShare[] = [];
  /** When the shares have to be read again. */
  private staleAtMs = Infinity;
  private isReading = false;
  /** Whether a notification asked for another reading during this one. */
  private isOvertaken = false;

  constructor(
    private readonly kinds: LegacyHashKindsRepository,
    private readonly keys: KeyRing,
    private readonly notifications: Notifications,
  ) {}

  onModuleInit(): void {
    this.notifications.subscribe({
      channel: LEGACY_HASHES_CHANNEL,
      onMessage: () => void this.readShares(),
      // Messages of the time without a connection are lost.
      onConnected: async () => void this.readShares(),
    });
  }

  /** @returns null for a hash that this server made itself */
  find(stored: string): LegacyHash | null {
    if (stored.startsWith('$argon2id$')) return null;
    const hash = parseLegacyHash(stored);
    return hash === null || 'refused' in hash ? null : hash;
  }

  /**
   * Chooses what an unknown account is compared with: schemes come in the proportion in which
   * members have them, and an account keeps its scheme (IM-03). Otherwise a slow answer would show
   * that a member has the identifier (EN-06). Never waits for a query: only logins with unknown
   * accounts would wait, and the time would reveal them.
   * @returns null for argon2id
   */
  findDummy(account: string): LegacyHash | null {
    if (performance.now() >= this.staleAtMs) void this.readShares();
    if (this.shares.length === 0) return null;
    const position = keyedDigest(this.keys.current(KEY), account).readUInt32BE() / 2 ** 32;
    const own = this.shares.find(({ share, start }) => position >= start && position < start + share);
    return own === undefined ? null : this.find(dummyOf(own.kind));
  }

  /**
   * Reads the proportions of the schemes. While no member has such a hash, only an import can change
   * that, and it notifies. Otherwise each login replaces one, so the proportions are read once a
   * minute, or less often where reading takes long.
   */
  private async readShares(): Promise<void> {
    this.isOvertaken = true;
    if (this.isReading) return;
    this.isReading = true;
    for (;;) {
      this.isOvertaken = false;
      const tookMs = await this.readOnce();
      if (!this.isOvertaken) break;
      await delay(IMPORT_PAUSES * tookMs, undefined, { ref: false });
    }
    this.isReading = false;
  }

  /** @returns how long it took, in milliseconds */
  private async readOnce(): Promise<number> {
    const startedMs = performance.now();
    this.staleAtMs = Infinity;
    let pauseMs = REFRESH_MS;
    try {
      this.shares = await this.kinds.findShares();
      if (this.shares.length === 0) pauseMs = Infinity;
    } catch {
      // The shares of a minute ago serve as well; the database reports its faults elsewhere.
    }
    const tookMs = performance.now() - startedMs;
    this.staleAtMs = performance.now() + Math.max(pauseMs, LEAST_PAUSES * tookMs);
    return tookMs;
  }
}

/** By scheme, where it is not 32. */
const TAG_BYTES: Readonly<Record<string, number>> = { 'pbkdf2-sha1': 20, 'sha512-crypt': 64, 'firebase-scrypt': 64 };

/** A hash that no password opens, because its tag is random. */
function dummyOf(kind: string): string {
  if (/\$2b\$\d\d$|^\$passlib-bcrypt/.test(kind)) return `${kind}$${randomBytes(40).toString('hex').slice(0, 53)}`;
  const tag = randomBytes(TAG_BYTES[kind.split('$')[1]!] ?? 32);
  const salt = randomBytes(8)
    .toString('hex')
    .slice(0, Number(/,s=(\d+)$/.exec(kind)?.[1] ?? 16));
  const digests = /^\$wrapped\$.*,f=(\d+)$/.exec(kind)?.[1];
  const formula = digests === undefined ? '' : `$sha256*${digests}(salt+password)$`;
  return `${kind}$${phcBase64(Buffer.from(salt))}$${phcBase64(tag)}${formula}`;
}
