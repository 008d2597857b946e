import { Injectable } from '@nestjs/common';
import type { MemberPrincipal } from '../platform/http/principal.js';
import type { ClientContext } from '../platform/http/client-context.js';
import type { Sql, Tx } from '../platform/database/sql.js';
import { SessionRevocationService } from '../sessions/revocation/session-revocation.service.js';
import { EmailChallengesService } from '../verification/email-challenges.service.js';
import { MfaChallengesRepository } from './challenges/mfa-challenges.repository.js';
import { EnrolledFactorsRepository, type EnrolledFactor } from './enrolled-factors.repository.js';
import { PasskeysRepository } from './passkeys/passkeys.repository.js';
import { RecoveryCodesRepository } from './recovery-codes/recovery-codes.repository.js';
import { TotpSecretsRepository } from './totp/totp-secrets.repository.js';

export type { EnrolledFactor };

/**
 * Which second factors a member has, and what follows when the first is added or the last is
 * removed.
 */
@Injectable()
export class EnrolledFactorsService {
  constructor(
    private readonly factors: EnrolledFactorsRepository,
    private readonly totpSecrets: TotpSecretsRepository,
    private readonly passkeys: PasskeysRepository,
    private readonly recoveryCodes: RecoveryCodesRepository,
    private readonly sessions: SessionRevocationService,
    private readonly challenges: MfaChallengesRepository,
    private readonly emailChallenges: EmailChallengesService,
  ) {}

  async list(sql: Sql, memberId: string): Promise<EnrolledFactor[]> {
    return this.factors.list(sql, memberId);
  }

  /** Whether logins of this member need a second factor. */
  async isEnrolled(sql: Sql, memberId: string): Promise<boolean> {
    return (await this.list(sql, memberId)).length > 0;
  }

  /**
   * Ends all other sessions after the first factor was added: a password or a provider alone opened
   * them. The session of the request, which proved the factor, stays. Voids what an intruder may have begun in one of
   * them (CC-09), and logins in progress, because one that waits only for a consent would open another
   * such session (CO-03). So every session of a member with a second factor has proved one, and
   * neither reauthentication nor the administrators' guard has to check how a session began.
   */
  async endSingleFactorSessions(
    tx: Tx,
    { memberId, sessionId }: MemberPrincipal,
    context: ClientContext,
  ): Promise<void> {
    // Not through PendingProofsService, which does both: it needs this class.
    await this.emailChallenges.voidBegunBySessions(tx, memberId);
    await this.challenges.voidAllOf(tx, memberId);
    await this.sessions.endAll(tx, memberId, 'two-factor-enabled', context, sessionId);
  }

  /**
   * Removes the recovery codes if no factor is left for them to replace.
   * @returns whether a factor is left
   */
  async dropOrphanedRecoveryCodes(tx: Tx, memberId: string): Promise<boolean> {
    if (await this.isEnrolled(tx, memberId)) return true;
    await this.recoveryCodes.removeAll(tx, memberId);
    return false;
  }

  /**
   * Removes the app, or all passkeys, of a member who lost them. Does not notify the member.
   * @returns whether another factor is left; null if the member has no factor of this kind
   */
  async removeLost(tx: Tx, memberId: string, factor: EnrolledFactor): Promise<boolean | null> {
    if (!(await this.list(tx, memberId)).includes(factor)) return null;
    if (factor === 'totp') await this.totpSecrets.remove(tx, memberId);
    else await this.passkeys.removeAll(tx, memberId);
    return this.dropOrphanedRecoveryCodes(tx, memberId);
  }
}
