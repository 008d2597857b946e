import { Injectable } from '@nestjs/common';
import { digest } from '../../platform/crypto/digest.js';
import { randomToken } from '../../platform/crypto/random.js';
import type { Tx } from '../../platform/database/sql.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { PendingProofsService } from '../../mfa/challenges/pending-proofs.service.js';
import { AuditLogService } from '../../security/audit-log/audit-log.service.js';
import { EmailChangesRepository } from '../../users/email-changes.repository.js';
import type { Member } from '../../users/member.entity.js';
import { MembersRepository } from '../../users/members.repository.js';
import type { ChallengeMethod } from '../../verification/email-challenge.entity.js';
import { EmailChallengesService } from '../../verification/email-challenges.service.js';
import { EmailChangeMailsService } from './email-change-mails.service.js';

/** The challenge that proved a new address. */
export interface ProvenAddress {
  readonly id: string;
  readonly memberId: string | null;
  readonly emailKey: string;
  readonly newEmail: string | null;
}

/**
 * Replaces a member's address by a proven one, and mails an undo link to the previous address.
 *
 * A member who moves back to an address undoes the changes since. The address that the member leaves
 * then gets no undo link: it may be an intruder's, who could take the account again with it (CC-11).
 */
@Injectable()
export class EmailReplacementService {
  constructor(
    private readonly members: MembersRepository,
    private readonly emailChanges: EmailChangesRepository,
    private readonly emailChallenges: EmailChallengesService,
    private readonly mails: EmailChangeMailsService,
    private readonly pendingProofs: PendingProofsService,
    private readonly auditLog: AuditLogService,
  ) {}

  /**
   * Uses up the challenge. Voids the member's other challenges, those that the member began for others
   * as an administrator, reset tokens, and logins that are not complete.
   * @param before the member before the change; the row is locked
   * @throws DomainError `email_taken`; `code_invalid` or `link_invalid` if another request used the
   * challenge first, or the address or the status of the member has changed since
   */
  async replace(
    tx: Tx,
    before: Member,
    challenge: ProvenAddress,
    method: ChallengeMethod,
    context: ClientContext,
  ): Promise<void> {
    const { id: memberId, email: oldEmail, emailKey: oldEmailKey } = before;
    const newEmail = challenge.newEmail!;
    // Closing and disabling void a member's challenges. One that was issued at that moment is refused here.
    if (before.status !== 'active')
      throw new DomainError(method === 'code' ? 'code_invalid' : 'link_invalid', { detail: 'member not active' });
    await this.emailChallenges.spend(tx, challenge.id, method, oldEmailKey);
    const earlier = await this.emailChanges.findUndoableFrom(tx, memberId, challenge.emailKey);
    const isUndone = earlier !== null && (await this.emailChanges.close(tx, earlier));
    // The new address comes from the challenge's own row, so it is the one that the challenge was
    // mailed to (OC-06).
    await this.members.setEmail(tx, memberId, newEmail, challenge.emailKey);
    const undoToken = isUndone ? null : randomToken();
    if (undoToken !== null)
      await this.emailChanges.insert(tx, { memberId, oldEmail, oldEmailKey, undoDigest: digest(undoToken) });
    await this.pendingProofs.voidAllOf(tx, memberId);
    await this.auditLog.record(tx, 'email.changed', { memberId, context }, {});
    await this.mails.notifyPreviousAddress(tx, before, newEmail, undoToken, context);
  }
}
