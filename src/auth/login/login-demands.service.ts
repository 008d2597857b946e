import { Injectable } from '@nestjs/common';
import { TermsChallengesService, type IssuedTermsToken } from '../../mfa/challenges/terms-challenges.service.js';
import type { ConsentDocument } from '../../platform/consents/consent-documents.js';
import type { Tx } from '../../platform/database/sql.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { AuditLogService } from '../../security/audit-log/audit-log.service.js';
import { documentResponse, type ConsentDocumentResponse } from '../../security/consents/consents.dto.js';
import { ConsentsService } from '../../security/consents/consents.service.js';
import { MembersRepository } from '../../users/members.repository.js';
import { ResetTokens, type IssuedResetToken } from '../password-reset/reset-tokens.js';
import type { PendingLogin } from './login-completion.service.js';

export type DemandedPassword = { readonly status: 'password_change_required' } & IssuedResetToken;

export type DemandedConsents = {
  readonly status: 'terms_required';
  readonly documents: readonly ConsentDocumentResponse[];
} & IssuedTermsToken;

/** What a member must still do after all factors matched and before a session opens. */
@Injectable()
export class LoginDemandsService {
  constructor(
    private readonly members: MembersRepository,
    private readonly resetTokens: ResetTokens,
    private readonly consents: ConsentsService,
    private readonly terms: TermsChallengesService,
    private readonly auditLog: AuditLogService,
  ) {}

  /**
   * A member who has to change the password gets a reset token and no session.
   * @throws DomainError `invalid_credentials`
   */
  async demandPassword(tx: Tx, { owner }: PendingLogin, context: ClientContext): Promise<DemandedPassword> {
    const { memberId, passwordVersion, firstFactor } = owner;
    // A login whose password was replaced during the comparison is refused here too (CC-04).
    const member = await this.members.lock(tx, memberId);
    if (member?.status !== 'active' || member.passwordVersion !== passwordVersion)
      throw new DomainError('invalid_credentials', { detail: 'the password changed during the login' });
    await this.auditLog.record(tx, 'login.password_change_required', { memberId, context }, { by: firstFactor });
    const resetToken = await this.resetTokens.issue(tx, memberId, member);
    return { status: 'password_change_required', ...resetToken };
  }

  /**
   * The required documents that the member must still agree to. None where the login brings
   * consents, because these are already checked. Makes no query where CONSENTS is not set.
   */
  async findMissingConsents(
    tx: Tx,
    { owner, consents }: PendingLogin,
    context: ClientContext,
  ): Promise<readonly ConsentDocument[]> {
    if (consents !== undefined) return [];
    return this.consents.listMissing(tx, owner.memberId, context);
  }

  /** Needs the member's lock. */
  async recordConsents(tx: Tx, { owner, consents = [] }: PendingLogin, context: ClientContext): Promise<void> {
    await this.consents.give(tx, { memberId: owner.memberId }, consents, context);
  }

  /** A member who has to agree gets a token for that alone, and no session. */
  async demandConsents(
    tx: Tx,
    { owner, device, passwordFailures }: PendingLogin,
    documents: readonly ConsentDocument[],
    context: ClientContext,
  ): Promise<DemandedConsents> {
    const { memberId, passwordVersion, firstFactor, provenFactor = null } = owner;
    const { knownDeviceId: deviceId, deviceName = null, transport = 'body' } = device;
    await this.auditLog.record(tx, 'login.terms_required', { memberId, context }, { by: firstFactor });
    const token = await this.terms.issue(tx, {
      ...{ memberId, passwordVersion, firstFactor, provenFactor, deviceId, deviceName, transport, passwordFailures },
    });
    return { status: 'terms_required', documents: documents.map(documentResponse), ...token };
  }
}
