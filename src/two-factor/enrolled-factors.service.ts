import { Injectable } from '@nestjs/common';
import type { Sql, Tx } from '../database/sql.js';
import { PasskeysRepository } from '../passkeys/passkeys.repository.js';
import { TwoFactorRepository } from './two-factor.repository.js';

/** A second factor that is set up; recovery codes stand in for any of them. */
export type EnrolledFactor = 'totp' | 'passkey';

/** Which second factors a member has. */
@Injectable()
export class EnrolledFactorsService {
  constructor(
    private readonly twoFactor: TwoFactorRepository,
    private readonly passkeys: PasskeysRepository,
  ) {}

  async of(sql: Sql, memberId: string): Promise<EnrolledFactor[]> {
    const factors: EnrolledFactor[] = [];
    if (await this.twoFactor.isTotpConfirmed(sql, memberId)) factors.push('totp');
    if ((await this.passkeys.count(sql, memberId)) > 0) factors.push('passkey');
    return factors;
  }

  /** After a factor went: recovery codes go with the last one. True while another is left. */
  async settle(tx: Tx, memberId: string): Promise<boolean> {
    if ((await this.of(tx, memberId)).length > 0) return true;
    await this.twoFactor.removeRecoveryCodes(tx, memberId);
    return false;
  }
}
