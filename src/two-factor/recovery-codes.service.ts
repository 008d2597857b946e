import { Injectable } from '@nestjs/common';
import { keyedDigest } from '../common/digest.js';
import { KeyRing } from '../common/key-ring.js';
import type { Tx } from '../database/sql.js';
import { newRecoveryCodes, normaliseRecoveryCode } from './recovery-codes.js';
import { TwoFactorRepository } from './two-factor.repository.js';

/** Makes and recognises recovery codes; only keyed digests are stored. */
@Injectable()
export class RecoveryCodesService {
  constructor(
    private readonly keys: KeyRing,
    private readonly twoFactor: TwoFactorRepository,
  ) {}

  /** Ten new codes, to be shown this once; the old ones die. */
  async replace(tx: Tx, memberId: string): Promise<string[]> {
    const codes = newRecoveryCodes();
    const key = this.keys.current('recovery-code');
    const digests = codes.map((code) => keyedDigest(key, memberId, normaliseRecoveryCode(code)!));
    await this.twoFactor.replaceRecoveryCodes(tx, memberId, digests);
    return codes;
  }

  /** The digests that a code may be stored as, or null when none of them is an unused one. */
  async match(memberId: string, code: string): Promise<Buffer[] | null> {
    const digests = this.keys.all('recovery-code').map((key) => keyedDigest(key, memberId, code));
    return (await this.twoFactor.hasRecoveryCode(memberId, digests)) ? digests : null;
  }
}
