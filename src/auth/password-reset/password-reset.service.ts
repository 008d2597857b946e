import { Injectable } from '@nestjs/common';
import { AuditLogService } from '../../security/audit-log/audit-log.service.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { maskLoginId } from '../../users/login-id.js';
import { AppConfig } from '../../platform/config/app-config.js';
import { Database } from '../../platform/database/database.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { SecurityNotificationsService } from '../../mail/notifications/security-notifications.service.js';
import { PasswordsService } from '../../security/passwords/passwords.service.js';
import { IpLimitsService } from '../../security/rate-limits/ip-limits.service.js';
import { LoginThrottleService } from '../../security/rate-limits/login-throttle.service.js';
import { MailBudgetService } from '../../security/rate-limits/mail-budget.service.js';
import { AccessRevocationService } from '../../sessions/revocation/access-revocation.service.js';
import type { VerifiedToken } from '../../platform/crypto/tokens/token-purpose.js';
import { MembersRepository } from '../../users/members.repository.js';
import type { GuessableChallenge, ProofMethod } from '../../verification/email-challenges.repository.js';
import { challengeMailData } from '../../verification/challenge-mail.js';
import { VerificationService } from '../../verification/verification.service.js';
import { CodeRequestsService } from '../../verification/code-requests.service.js';
import { ResetTokens, type IssuedResetToken } from './reset-tokens.js';

/** A proof of a member's mailbox. */
type ProvenRequest = Pick<GuessableChallenge, 'id' | 'emailKey' | 'memberId' | 'namedLoginId'>;

/** A forgotten password: ask, prove the mailbox by code or link, set a new one. */
@Injectable()
export class PasswordResetService {
  constructor(
    private readonly config: AppConfig,
    private readonly database: Database,
    private readonly members: MembersRepository,
    private readonly requests: CodeRequestsService,
    private readonly verification: VerificationService,
    private readonly resetTokens: ResetTokens,
    private readonly passwords: PasswordsService,
    private readonly access: AccessRevocationService,
    private readonly throttle: LoginThrottleService,
    private readonly mailBudget: MailBudgetService,
    private readonly ipLimits: IpLimitsService,
    private readonly notifications: SecurityNotificationsService,
    private readonly auditLog: AuditLogService,
  ) {}

  /** @returns the handle that goes with the mailed code, for known and unknown addresses alike. @throws DomainError `too_many_requests` */
  async request(email: string, loginId: string | undefined, context: ClientContext): Promise<string> {
    const { env } = this.config;
    return this.requests.request(
      email,
      {
        purpose: 'password-reset',
        template: 'password-reset',
        linkTtlSeconds: env.RESET_LINK_TTL_SECONDS,
        namedLoginId: loginId ?? null,
        accepts: (member) => loginId === undefined || member.loginId === loginId,
        mailData: (member, proof, asked) =>
          challengeMailData(this.config, member, proof, this.config.resetLink(proof.linkToken), asked),
        record: (tx, memberId) => this.auditLog.record(tx, 'password.reset_requested', { memberId, context }, {}),
      },
      context,
    );
  }

  /** Exchanges the code for a reset token. @throws DomainError `code_invalid`, `too_many_attempts` */
  async confirmCode(requestId: string, code: string, context: ClientContext): Promise<IssuedResetToken> {
    const proof = await this.verification.checkCodeByHandle('password-reset', requestId, code);
    return this.prove(proof, 'code', context);
  }

  /** Exchanges the link for a reset token. @throws DomainError `link_invalid`, `link_expired` */
  async confirmLink(linkToken: string, context: ClientContext): Promise<IssuedResetToken & { maskedLoginId: string }> {
    const proof = await this.verification.getByLink('password-reset', linkToken);
    const token = await this.prove(proof, 'link', context);
    const { loginId } = await this.members.getCandidate(proof.memberId!);
    return { ...token, maskedLoginId: maskLoginId(loginId) };
  }

  /**
   * Sets the new password and signs the member out everywhere; the token works once, and nobody is logged in by it.
   * @throws DomainError `token_invalid`, `validation_failed`, `password_too_common`, `overloaded`
   */
  async complete(token: VerifiedToken<'reset'>, newPassword: string, context: ClientContext): Promise<void> {
    const { sub: memberId, jti: grantId } = token;
    // A used token must not make us hash; the spending below is what decides.
    await this.ipLimits.takeRequest(context);
    await this.requireUsable(grantId, memberId);
    const owner = await this.members.getCandidate(memberId);
    // Hashing is slow on purpose; done here, it holds no database connection meanwhile.
    const passwordHash = await this.passwords.hashNew(newPassword, owner, 'newPassword');
    // Once more: of many with one token, most see here that it is used, and need not queue for the member's row.
    await this.requireUsable(grantId, memberId);
    await this.database.transaction(async (tx) => {
      // The member's row first, as everywhere, so that no two units of work wait for each other.
      await this.members.lock(tx, memberId);
      // Of two requests with one token, the second stops here.
      const passwordVersion = await this.verification.spendGrant(tx, grantId, memberId);
      if (!(await this.members.setPassword(tx, memberId, passwordHash, passwordVersion)))
        throw new DomainError('token_invalid', { detail: 'disabled, or the password changed meanwhile' });
      await this.access.revokeAll(tx, memberId, 'password-reset', context);
      await this.throttle.clear(tx, memberId);
      await this.auditLog.record(tx, 'password.reset', { memberId, context }, {});
      const member = await this.members.get(tx, memberId);
      const loginIdMasked = maskLoginId(member.loginId);
      await this.notifications.send(tx, 'password-changed', member, context, { loginIdMasked, how: 'reset' });
    });
  }

  private async requireUsable(grantId: string, memberId: string): Promise<void> {
    if (!(await this.verification.isGrantUsable(grantId, memberId)))
      throw new DomainError('token_invalid', { detail: 'reset grant used or void' });
  }

  private async prove(proof: ProvenRequest, by: ProofMethod, context: ClientContext): Promise<IssuedResetToken> {
    const memberId = proof.memberId!;
    const token = await this.database.transaction(async (tx) => {
      const passwordVersion = await this.members.lockRecoverable(tx, memberId);
      await this.verification.spend(tx, proof.id, by);
      await this.auditLog.record(tx, 'password.reset_proven', { memberId, context }, { by });
      return this.resetTokens.issue(tx, memberId, passwordVersion);
    });
    await this.mailBudget.refund(proof.emailKey, proof.namedLoginId);
    return token;
  }
}
