import { Injectable } from '@nestjs/common';
import type { Principal } from '../platform/http/principal.js';
import type { ClientContext } from '../platform/http/client-context.js';
import type { Sql, Tx } from '../platform/database/sql.js';
import { PasskeysRepository } from './passkeys/passkeys.repository.js';
import { SessionRevocationService } from '../sessions/revocation/session-revocation.service.js';
import { TwoFactorRepository } from './two-factor.repository.js';

/** A second factor that is set up; recovery codes stand in for any of them. */
export type EnrolledFactor = 'totp' | 'passkey';

/** Which second factors a member has. */
@Injectable()
export class EnrolledFactorsService {
  constructor(
    private readonly twoFactor: TwoFactorRepository,
    private readonly passkeys: PasskeysRepository,
    private readonly sessions: SessionRevocationService,
  ) {}

  async of(sql: Sql, memberId: string): Promise<EnrolledFactor[]> {
    const factors: EnrolledFactor[] = [];
    if (await this.twoFactor.isTotpConfirmed(sql, memberId)) factors.push('totp');
    if ((await this.passkeys.count(sql, memberId)) > 0) factors.push('passkey');
    return factors;
  }

  /**
   * After the first factor came: sessions that were opened by the password alone end, all but this one, which has just
   * shown the factor. So every session of a member with a second factor has shown one, and what asks for the password
   * again, or lets administrators in, need not ask each session how it began.
   */
  async endSessionsWithout(tx: Tx, { memberId, sessionId }: Principal, context: ClientContext): Promise<void> {
    await this.sessions.endAll(tx, memberId, 'two-factor-enabled', context, sessionId);
  }

  /** After a factor went: recovery codes go with the last one. True while another is left. */
  async dropOrphanedRecoveryCodes(tx: Tx, memberId: string): Promise<boolean> {
    if ((await this.of(tx, memberId)).length > 0) return true;
    await this.twoFactor.removeRecoveryCodes(tx, memberId);
    return false;
  }
}
