import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { digest, keyedDigest } from '../../../platform/crypto/digest.js';
import { KeyRing } from '../../../platform/crypto/key-ring.js';
import { LegacyHashKindsRepository, type LegacyHashShare } from '../../../users/legacy-hash-kinds.repository.js';
import { phcBase64 } from './encodings.js';
import type { LegacyHash } from './legacy-hash.js';
import { parseLegacyHash } from './parse-legacy-hash.js';

/** All replicas derive it alike. Attackers do not know which scheme an identifier gets. */
const KEY = 'legacy-hash-dummies';
const REFRESH_MS = 60_000;

/** The hashes of other systems that members bring, and dummies of the same cost. */
@Injectable()
export class LegacyHashesService {
  private shares: Promise<LegacyHashShare[]> | null = null;
  private readMs = 0;

  constructor(
    private readonly kinds: LegacyHashKindsRepository,
    private readonly keys: KeyRing,
  ) {}

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
    let position = keyedDigest(this.keys.current(KEY), account).readUInt32BE() / 2 ** 32;
    for (const { kind, share } of shares) {
      if (position < share) return this.find(dummyOf(kind));
      position -= share;
    }
    return null;
  }

  /** Waits only for the first answer; later ones are read in the background, once a minute. */
  private findShares(): Promise<LegacyHashShare[]> {
    if (this.shares === null) {
      this.shares = this.read();
      this.shares.catch(() => (this.shares = null));
    } else if (performance.now() - this.readMs > REFRESH_MS) {
      void this.read().then(
        (shares) => (this.shares = Promise.resolve(shares)),
        // The shares of a minute ago serve as well; the database reports its faults elsewhere.
        () => undefined,
      );
    }
    return this.shares;
  }

  private read(): Promise<LegacyHashShare[]> {
    this.readMs = performance.now();
    return this.kinds.findShares();
  }
}

/** A hash that no password opens, because its tag is random. */
function dummyOf(kind: string): string {
  if (/\$2b\$\d\d$/.test(kind)) return `${kind}$${randomBytes(40).toString('hex').slice(0, 53)}`;
  const tag = digest(randomBytes(32).toString('hex'));
  return `${kind}$${phcBase64(randomBytes(16))}$${phcBase64(kind.startsWith('$pbkdf2-sha1$') ? tag.subarray(0, 20) : tag)}`;
}
