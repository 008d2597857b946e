import { Injectable } from '@nestjs/common';
import { KeyRing } from '../common/key-ring.js';
import type { Tx } from '../database/sql.js';
import { RecoveryCodeDigests } from './recovery-code-digests.js';
import { newRecoveryCodes, normaliseRecoveryCode } from './recovery-codes.js';
import { TwoFactorRepository } from './two-factor.repository.js';

/** Makes and recognises recovery codes; none is stored in a form that it could be read from. */
@Injectable()
export class RecoveryCodesService {
  private readonly digests: RecoveryCodeDigests;

  constructor(
    private readonly keys: KeyRing,
    private readonly twoFactor: TwoFactorRepository,
  ) {
    this.digests = new RecoveryCodeDigests(keys);
  }

  /** Ten new codes, to be shown this once; the old ones die. */
  async replace(tx: Tx, memberId: string): Promise<string[]> {
    const codes = newRecoveryCodes();
    const stored = codes.map((code) => this.digests.stored(memberId, normaliseRecoveryCode(code)!));
    await this.twoFactor.replaceRecoveryCodes(tx, memberId, stored, this.keys.ids[0]!);
    return codes;
  }

  /** The digests that a code may be stored as, or null when none of them is an unused one. */
  async match(memberId: string, code: string): Promise<Buffer[] | null> {
    const digests = this.digests.all(memberId, code);
    return (await this.twoFactor.hasRecoveryCode(memberId, digests)) ? digests : null;
  }
}
