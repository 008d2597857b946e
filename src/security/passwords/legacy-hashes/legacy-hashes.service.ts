import { randomBytes } from 'node:crypto';
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

/** All replicas derive it alike. Attackers do not know which scheme an identifier gets. */
const KEY = 'legacy-hash-dummies';
const REFRESH_MS = 60_000;

/** The hashes of other systems that members bring, and dummies of the same cost. */
@Injectable()
export class LegacyHashesService implements OnModuleInit {
  private shares: Promise<readonly LegacyHashShare[]> | null = null;
  /** When the shares have to be read again. */
  private staleAtMs = Infinity;
  private imports = 0;

  constructor(
    private readonly kinds: LegacyHashKindsRepository,
    private readonly keys: KeyRing,
    private readonly notifications: Notifications,
  ) {}

  onModuleInit(): void {
    const forget = (): void => {
      this.shares = null;
      this.imports += 1;
    };
    // Messages of the time without a connection are lost. Read at once: otherwise the first unknown
    // account would wait for it, and no member's account does.
    const onConnected = async (): Promise<void> => {
      forget();
      void this.findShares();
    };
    this.notifications.subscribe({ channel: LEGACY_HASHES_CHANNEL, onMessage: forget, onConnected });
  }

  /** Null for every hash that this service makes itself. */
  find(stored: string): LegacyHash | null {
    if (stored.startsWith('$argon2id$')) return null;
    const hash = parseLegacyHash(stored);
    return hash === null || 'refused' in hash ? null : hash;
  }

  /**
   * Chooses what an unknown account is compared with: schemes come in the proportion in which
   * members have them, and an account keeps its scheme (IM-03). Otherwise a slow answer would show
   * that a member has the identifier (EN-06).
   * @returns null for argon2id
   */
  async findDummy(account: string): Promise<LegacyHash | null> {
    const shares = await this.findShares();
    if (shares.length === 0) return null;
    const position = keyedDigest(this.keys.current(KEY), account).readUInt32BE() / 2 ** 32;
    const own = shares.find(({ share, start }) => position >= start && position < start + share);
    return own === undefined ? null : this.find(dummyOf(own.kind));
  }

  /**
   * Read once where no member has such a hash; an import makes servers read again. Otherwise their
   * number falls with each login, so it is read once a minute, in the background.
   */
  private findShares(): Promise<readonly LegacyHashShare[]> {
    const known = this.shares;
    if (known !== null && performance.now() < this.staleAtMs) return known;
    const { imports } = this;
    const reading = this.kinds.findShares();
    this.staleAtMs = Infinity; // no other request reads as well
    this.shares ??= reading;
    reading.then(
      (shares) => {
        if (imports !== this.imports) return; // an import came while they were read
        this.shares = reading;
        if (shares.length > 0) this.staleAtMs = performance.now() + REFRESH_MS;
      },
      () => {
        // The shares of a minute ago serve as well; the database reports its faults elsewhere.
        if (this.shares === reading) this.shares = null;
        this.staleAtMs = performance.now() + REFRESH_MS;
      },
    );
    return this.shares;
  }
}

/** Of schemes whose tags have not 32 bytes. */
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
