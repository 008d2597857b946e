import { Injectable } from '@nestjs/common';
import type { Principal } from '../../platform/http/principal.js';
import { AuditLogService } from '../../security/audit-log/audit-log.service.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { digest } from '../../platform/crypto/digest.js';
import { maskEmail, parseEmailAddress } from '../../platform/addresses/email-address.js';
import { maskLoginId } from '../../users/login-id.js';
import { coarseNetwork } from '../../platform/addresses/ip-address.js';
import { randomToken } from '../../platform/crypto/random.js';
import { AppConfig } from '../../platform/config/app-config.js';
import { Database } from '../../platform/database/database.js';
import type { Tx } from '../../platform/database/sql.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { recipientOf } from '../../mail/mail-recipient.js';
import { MailService } from '../../mail/mail.service.js';
import { IpLimitsService } from '../../security/rate-limits/ip-limits.service.js';
import { MailBudgetService } from '../../security/rate-limits/mail-budget.service.js';
import { ReauthenticationService } from '../../sessions/reauthentication/reauthentication.service.js';
import { MembersRepository } from '../../users/members.repository.js';
import { requestOrigin, challengeMailData } from '../../verification/challenge-mail.js';
import { ChallengeCodesService } from '../../verification/challenge-codes.service.js';
import { ChallengeLinksService } from '../../verification/challenge-links.service.js';
import type { ChallengeMethod } from '../../verification/email-challenge.entity.js';
import { EmailChallengesService } from '../../verification/email-challenges.service.js';
import { AccountRepository } from '../account.repository.js';
import { CompromiseRecoveryService } from '../compromise-recovery/compromise-recovery.service.js';

/** The proof of a new address, whichever door it came through. */
interface ProvenAddress {
  readonly id: string;
  readonly memberId: string | null;
  readonly emailKey: string;
  readonly newEmail: string | null;
}

/** A member moves to another address: the new one is proven first, the old one is told and can undo it. */
@Injectable()
export class EmailChangeService {
  constructor(
    private readonly config: AppConfig,
    private readonly database: Database,
    private readonly account: AccountRepository,
    private readonly members: MembersRepository,
    private readonly reauthentication: ReauthenticationService,
    private readonly emailChallenges: EmailChallengesService,
    private readonly challengeCodes: ChallengeCodesService,
    private readonly challengeLinks: ChallengeLinksService,
    private readonly compromiseRecovery: CompromiseRecoveryService,
    private readonly mail: MailService,
    private readonly ipLimits: IpLimitsService,
    private readonly mailBudget: MailBudgetService,
    private readonly auditLog: AuditLogService,
  ) {}

  /**
   * Mails a proof to the new address. The answer is the same when somebody else has it; then nothing is mailed.
   * @returns the handle that goes with the code. @throws DomainError `invalid_credentials`, `too_many_requests`
   */
  async request(principal: Principal, newEmail: string, password: string, context: ClientContext): Promise<string> {
    const { memberId } = principal;
    await this.ipLimits.takeRequest(context);
    await this.reauthentication.confirmPassword(principal, password, context);
    const { address, key: emailKey } = parseEmailAddress(newEmail)!;
    const mayMail = await this.mailBudget.takeForClaim(emailKey);
    return this.database.transaction(async (tx) => {
      // Too soon for another mail: the one that went out stays good, and this is a further handle to it.
      const open = mayMail ? null : await this.emailChallenges.findOpen(tx, emailKey, 'email-change', { memberId });
      const proofId = open ?? (await this.mailProof(tx, memberId, address, emailKey, mayMail, context));
      await this.auditLog.record(
        tx,
        'email.change_requested',
        { memberId, sessionId: principal.sessionId, context },
        {},
      );
      return this.emailChallenges.addRequest(tx, proofId);
    });
  }

  /** @throws DomainError `code_invalid`, `too_many_attempts`, `email_taken` */
  async confirmCode({ memberId }: Principal, requestId: string, code: string, context: ClientContext): Promise<void> {
    const proof = await this.challengeCodes.guess('email-change', requestId, code);
    if (proof.memberId !== memberId) throw new DomainError('code_invalid', { detail: 'a request of somebody else' });
    await this.apply(proof, 'code', context);
  }

  /** Whoever opens the link holds the new mailbox; the member asked for it with the password. @throws DomainError `link_invalid`, `link_expired`, `email_taken` */
  async confirmLink(linkToken: string, context: ClientContext): Promise<void> {
    await this.apply(await this.challengeLinks.get('email-change', linkToken), 'link', context);
  }

  /** From the notice to the old address: takes the account back to it. @throws DomainError `link_invalid`, `link_expired`, `email_taken`, `overloaded` */
  async undo(undoToken: string, context: ClientContext): Promise<void> {
    const change = await this.account.findByUndo(digest(undoToken));
    if (!change) throw new DomainError('link_invalid', { detail: 'unknown' });
    if (!change.isUndoable) throw new DomainError('link_expired', { detail: 'undone or too late' });
    const unknownPasswordHash = await this.compromiseRecovery.unknownPasswordHash();
    await this.database.transaction(async (tx) => {
      await this.members.lock(tx, change.memberId);
      await this.compromiseRecovery.recover(tx, change.memberId, change, unknownPasswordHash, context);
    });
  }

  private async apply(proof: ProvenAddress, method: ChallengeMethod, context: ClientContext): Promise<void> {
    const memberId = proof.memberId!;
    const undoToken = randomToken();
    const undoSeconds = this.config.env.EMAIL_UNDO_SECONDS;
    await this.database.transaction(async (tx) => {
      await this.members.lock(tx, memberId);
      await this.emailChallenges.spend(tx, proof.id, method);
      const before = await this.members.get(tx, memberId);
      // The address this proof was mailed to and no other (OC-06): it stands in the proof's own row.
      await this.members.setEmail(tx, memberId, proof.newEmail!, proof.emailKey);
      const old = { memberId, oldEmail: before.email, oldEmailKey: before.emailKey };
      await this.account.addEmailChange(tx, { ...old, undoDigest: digest(undoToken) }, undoSeconds);
      await this.emailChallenges.voidAllOf(tx, memberId);
      await this.auditLog.record(tx, 'email.changed', { memberId, context }, {});
      await this.mail.queue(tx, 'email-changed', recipientOf(before), {
        name: before.name ?? undefined,
        loginIdMasked: maskLoginId(before.loginId),
        newEmailMasked: maskEmail(proof.newEmail!),
        undoLink: this.config.undoEmailLink(undoToken),
        undoDays: Math.ceil(undoSeconds / 86_400),
        at: new Date().toISOString(),
        network: coarseNetwork(context.ip),
      });
    });
    await this.mailBudget.refundClaim(proof.emailKey);
  }

  private async mailProof(
    tx: Tx,
    memberId: string,
    address: string,
    emailKey: string,
    mayMail: boolean,
    context: ClientContext,
  ): Promise<string> {
    const { env } = this.config;
    const member = await this.members.get(tx, memberId);
    const isFree = (await this.members.findByEmailKey(tx, emailKey)) === null;
    const proof = await this.emailChallenges.issue(
      tx,
      'email-change',
      { emailKey, memberId, newEmail: address },
      { linkTtlSeconds: env.RESET_LINK_TTL_SECONDS, deliversToMailbox: mayMail && isFree },
    );
    await this.mail.queue(
      tx,
      'email-change',
      { ...recipientOf(member), email: address },
      challengeMailData(
        this.config,
        member,
        proof,
        this.config.confirmEmailLink(proof.linkToken),
        requestOrigin(context),
      ),
      { proofId: proof.id, withhold: !(mayMail && isFree), lifetimeSeconds: env.RESET_LINK_TTL_SECONDS },
    );
    return proof.id;
  }
}
