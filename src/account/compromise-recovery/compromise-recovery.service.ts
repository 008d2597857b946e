import { Injectable } from '@nestjs/common';
import { AuditLogService } from '../../security/audit-log/audit-log.service.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { AppConfig } from '../../platform/config/app-config.js';
import type { Tx } from '../../platform/database/sql.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { recipientOf } from '../../mail/mail-recipient.js';
import { MailService } from '../../mail/mail.service.js';
import { PasswordsService } from '../../security/passwords/passwords.service.js';
import { RiskService } from '../../security/risk/risk.service.js';
import { AccessRevocationService } from '../../sessions/revocation/access-revocation.service.js';
import { FactorRemovalService } from '../second-factors/factor-removal.service.js';
import { MembersRepository } from '../../users/members.repository.js';
import { requestOrigin, challengeMailData } from '../../verification/challenge-mail.js';
import { EmailChallengesService } from '../../verification/email-challenges.service.js';
import { AccountRepository, type UndoableChange } from '../account.repository.js';

/**
 * Takes an account back from whoever may have got into it: everybody is out, nothing under way goes on, and only the
 * mailbox leads back in. Shared by "it wasn't me" and by undoing an address change.
 */
@Injectable()
export class CompromiseRecoveryService {
  constructor(
    private readonly config: AppConfig,
    private readonly account: AccountRepository,
    private readonly members: MembersRepository,
    private readonly passwords: PasswordsService,
    private readonly access: AccessRevocationService,
    private readonly risk: RiskService,
    private readonly emailChallenges: EmailChallengesService,
    private readonly factors: FactorRemovalService,
    private readonly mail: MailService,
    private readonly auditLog: AuditLogService,
  ) {}

  /** The hash of a password nobody knows, for {@link recover}; made before the transaction, because hashing is slow. @throws DomainError `overloaded` */
  async unknownPasswordHash(): Promise<string> {
    return this.passwords.hashUnknown();
  }

  /** @param change the address change to undo, where there is one. @throws DomainError `link_expired` when it is undone already */
  async recover(
    tx: Tx,
    memberId: string,
    change: UndoableChange | null,
    unknownPasswordHash: string,
    context: ClientContext,
  ): Promise<void> {
    if (change) {
      // First: of several with one link, whoever comes second stops here and changes nothing.
      if (!(await this.account.close(tx, change)))
        throw new DomainError('link_expired', { detail: 'undone a moment ago' });
      await this.members.setEmail(tx, memberId, change.oldEmail, change.oldEmailKey);
      await this.auditLog.record(tx, 'email.change_undone', { memberId, context }, {});
    }
    // Closing it may have been the intruder's doing.
    await this.members.restore(tx, memberId, this.config.env.ACCOUNT_ERASURE_GRACE_SECONDS);
    // The old password may be what the intruder knows, so it opens nothing any more.
    await this.members.setPassword(tx, memberId, unknownPasswordHash);
    await this.access.revokeAll(tx, memberId, 'taken-back', context);
    const window = this.config.env.NOT_ME_TTL_SECONDS;
    await this.risk.forgetRecent(tx, memberId, window);
    // A second factor set up within the window may be the intruder's, and would lock the owner out.
    await this.factors.removeRecent(tx, memberId, window, context);
    await this.mailReset(tx, memberId, context);
  }

  private async mailReset(tx: Tx, memberId: string, context: ClientContext): Promise<void> {
    const { env } = this.config;
    const member = await this.members.get(tx, memberId);
    const subject = { emailKey: member.emailKey, memberId };
    const proof = await this.emailChallenges.issue(tx, 'password-reset', subject, {
      linkTtlSeconds: env.RESET_LINK_TTL_SECONDS,
      deliversToMailbox: true,
    });
    await this.mail.queue(
      tx,
      'password-reset',
      recipientOf(member),
      challengeMailData(this.config, member, proof, this.config.resetLink(proof.linkToken), requestOrigin(context)),
      { proofId: proof.id, lifetimeSeconds: env.RESET_LINK_TTL_SECONDS },
    );
  }
}
