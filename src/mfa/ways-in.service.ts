import { Injectable } from '@nestjs/common';
import { Database } from '../platform/database/database.js';
import { IdentitiesRepository, type LinkedIdentity } from '../users/identities/identities.repository.js';
import { EnrolledFactorsService, type EnrolledFactor } from './enrolled-factors.service.js';
import { PasskeysRepository, type PasskeySummary } from './passkeys/passkeys.repository.js';
import { RecoveryCodesRepository } from './recovery-codes/recovery-codes.repository.js';

/** What a member can log in with, besides the password. */
export interface WaysIn {
  readonly secondFactors: readonly EnrolledFactor[];
  readonly passkeys: readonly PasskeySummary[];
  readonly recoveryCodesLeft: number;
  readonly identities: readonly LinkedIdentity[];
}

/** Lists the ways in of a member, for administrators. */
@Injectable()
export class WaysInService {
  constructor(
    private readonly database: Database,
    private readonly factors: EnrolledFactorsService,
    private readonly passkeys: PasskeysRepository,
    private readonly recoveryCodes: RecoveryCodesRepository,
    private readonly identities: IdentitiesRepository,
  ) {}

  async list(memberId: string): Promise<WaysIn> {
    const [secondFactors, passkeys, recoveryCodesLeft, identities] = await Promise.all([
      this.factors.list(this.database, memberId),
      this.passkeys.list(memberId),
      this.recoveryCodes.countUnused(memberId),
      this.identities.list(memberId),
    ]);
    return { secondFactors, passkeys, recoveryCodesLeft, identities };
  }
}
