import { Injectable } from '@nestjs/common';
import { maskEmail } from '../../platform/addresses/email-address.js';
import { digest } from '../../platform/crypto/digest.js';
import { Database } from '../../platform/database/database.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { EmailChangesRepository } from '../../users/email-changes.repository.js';
import { maskLoginId } from '../../users/login-id.js';
import { MemberAdministrationRepository } from '../../users/member-administration.repository.js';
import { MembersRepository, type LoginCandidate } from '../../users/members.repository.js';
import { ChallengeLinksService } from '../../verification/challenge-links.service.js';

interface InspectedLink {
  readonly maskedLoginId: string;
  /** The address that the link was mailed to. */
  readonly maskedEmail: string;
  readonly expiresAt: Date;
}

/**
 * Shows what the mailed links of an address change are about, and whether they still work. Changes
 * nothing, so that opening a link uses nothing up (OC-05).
 */
@Injectable()
export class EmailChangeLinksService {
  constructor(
    private readonly database: Database,
    private readonly challengeLinks: ChallengeLinksService,
    private readonly emailChanges: EmailChangesRepository,
    private readonly members: MembersRepository,
    private readonly administration: MemberAdministrationRepository,
  ) {}

  /** @throws DomainError `link_invalid`, `link_expired`, `email_taken` */
  async inspectConfirmation(linkToken: string): Promise<InspectedLink & { readonly requestedAt: Date }> {
    const challenge = await this.challengeLinks.get('email-change', linkToken);
    const { memberId, emailKey, newEmail, startedBy, createdAt, linkExpiresAt } = challenge;
    // An early check: the confirmation decides.
    if (startedBy !== null && !(await this.administration.isActiveAdmin(this.database, startedBy)))
      throw new DomainError('link_invalid', { detail: 'begun by a former administrator' });
    const holder = await this.emailChanges.findHolder(this.database, emailKey);
    // The link was mailed to this address, so its owner may learn that it has an account.
    if (holder !== null && holder.id !== memberId) throw new DomainError('email_taken');
    const { loginId } = await this.getMember(memberId!);
    const maskedLoginId = maskLoginId(loginId);
    return { maskedLoginId, maskedEmail: maskEmail(newEmail!), requestedAt: createdAt, expiresAt: linkExpiresAt };
  }

  /** @throws DomainError `link_invalid`, `link_expired` */
  async inspectUndo(undoToken: string): Promise<InspectedLink & { readonly changedAt: Date }> {
    const change = await this.emailChanges.findByUndoDigest(digest(undoToken));
    if (!change) throw new DomainError('link_invalid', { detail: 'unknown' });
    if (!(await this.emailChanges.isUndoable(change.id)))
      throw new DomainError('link_expired', { detail: 'already undone, or too late' });
    const { loginId, status } = await this.getMember(change.memberId);
    if (status === 'disabled') throw new DomainError('link_invalid', { detail: 'the member is disabled' });
    const maskedLoginId = maskLoginId(loginId);
    const { oldEmail, changedAt, undoUntil } = change;
    return { maskedLoginId, maskedEmail: maskEmail(oldEmail), changedAt, expiresAt: undoUntil };
  }

  private async getMember(memberId: string): Promise<LoginCandidate> {
    const member = await this.members.findCandidateById(memberId);
    if (!member) throw new DomainError('link_invalid', { detail: 'the member was erased a moment ago' });
    return member;
  }
}
