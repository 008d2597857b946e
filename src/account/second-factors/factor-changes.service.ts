import { Injectable } from '@nestjs/common';
import { EnrolledFactorsService, type EnrolledFactor } from '../../mfa/enrolled-factors.service.js';
import { SecondFactorVerificationService, type MatchedFactor } from '../../mfa/second-factor-verification.service.js';
import { Database } from '../../platform/database/database.js';
import type { Tx } from '../../platform/database/sql.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import type { MemberPrincipal } from '../../platform/http/principal.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { MemberWritesService } from '../../sessions/member-writes.service.js';
import {
  ReauthenticationService,
  type ConfirmedMember,
} from '../../sessions/reauthentication/reauthentication.service.js';
import type { ProvenFactor } from '../../sessions/session.entity.js';
import { SessionsService } from '../../sessions/sessions.service.js';

/** What a request shows before it may change second factors. */
export interface FactorChangeCredentials {
  /** Without it, the recent login counts. */
  readonly password?: string | undefined;
  /** A code of the app or a recovery code. */
  readonly code?: string | undefined;
}

/** Credentials that matched. They count only in {@link FactorChangesService.begin}. */
export interface FactorChangeProof {
  readonly confirmed: ConfirmedMember;
  readonly factor: MatchedFactor | null;
}

/**
 * The one rule for all changes of second factors (FT-12): a member who has a second factor must
 * present it. The password alone is not enough, because the factor protects the account from an
 * intruder who knows the password (NIST SP 800-63B section 6.1.2: bind a new authenticator at the
 * level of those that exist).
 */
@Injectable()
export class FactorChangesService {
  constructor(
    private readonly database: Database,
    private readonly reauthentication: ReauthenticationService,
    private readonly writes: MemberWritesService,
    private readonly factors: EnrolledFactorsService,
    private readonly verification: SecondFactorVerificationService,
    private readonly sessions: SessionsService,
  ) {}

  /**
   * Checks the password and the code if the request contains them. A code is ignored if the member has
   * no second factor. Counts all attempts. Call it before the transaction, because hashing is slow.
   * @throws DomainError `invalid_credentials`, `code_invalid`, `too_many_attempts`, `overloaded`
   */
  async prove(
    principal: MemberPrincipal,
    { password, code }: FactorChangeCredentials,
    context: ClientContext,
  ): Promise<FactorChangeProof> {
    const { memberId, sessionId: deviceId } = principal;
    const confirmed = await this.reauthentication.confirmMember(principal, password, context);
    const isCodeNeeded = code !== undefined && (await this.factors.isEnrolled(this.database, memberId));
    const factor = isCodeNeeded ? await this.verification.attempt({ memberId, deviceId }, code, context) : null;
    return { confirmed, factor };
  }

  /**
   * Admits a change of second factors on behalf of the session, and locks the member's row.
   * @throws DomainError `factor_proof_required`, `code_invalid`, `session_ended`,
   * `invalid_credentials`, `reauth_required`
   */
  async begin(
    tx: Tx,
    principal: MemberPrincipal,
    { confirmed, factor }: FactorChangeProof,
    context: ClientContext,
  ): Promise<void> {
    const { session } = await this.reauthentication.asConfirmedMember(tx, principal, confirmed);
    await this.checkFactor(tx, principal, factor?.kind ?? session.provenFactor);
    if (factor === null) return;
    const { memberId, sessionId } = principal;
    // A request without a password keeps the first factor of the session.
    const firstFactor = confirmed.needsRecentLogin ? session.firstFactor : 'password';
    await this.verification.spend(tx, { memberId, sessionId, firstFactor }, factor, context);
    // Enrolment takes two requests. After this, the second request needs no further code for a few minutes.
    await this.sessions.markAuthenticated(tx, sessionId, factor.kind, firstFactor);
  }

  /**
   * As {@link begin}, for the second request of an enrolment, which contains no password.
   * @throws DomainError `factor_proof_required`, `reauth_required`, `session_ended`
   */
  async resume(tx: Tx, principal: MemberPrincipal): Promise<void> {
    const { session } = await this.writes.asMember(tx, principal, { needsRecentLogin: true });
    await this.checkFactor(tx, principal, session.provenFactor);
  }

  private async checkFactor(tx: Tx, { memberId }: MemberPrincipal, proven: ProvenFactor | null): Promise<void> {
    const enrolled = await this.factors.list(tx, memberId);
    if (enrolled.length > 0 && !isStrongEnough(proven, enrolled)) throw new DomainError('factor_proof_required');
  }
}

/**
 * Whether the factor is as strong as the strongest that the member has. Passkeys resist phishing and
 * codes of an app do not, so an app's code must not remove a passkey. A recovery code stands in for
 * any factor that was lost.
 */
export function isStrongEnough(proven: ProvenFactor | null, enrolled: readonly EnrolledFactor[]): boolean {
  return proven === 'totp' ? !enrolled.includes('passkey') : proven !== null;
}
