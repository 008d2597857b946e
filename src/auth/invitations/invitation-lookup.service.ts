import { Injectable } from '@nestjs/common';
import { parseEmailAddress } from '../../platform/addresses/email-address.js';
import { MemberAttributes, type AttributeValues } from '../../platform/attributes/member-attributes.js';
import { waitUntil } from '../../platform/concurrency/wait-until.js';
import { Database } from '../../platform/database/database.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { InvitationsRepository, type InvitationRow } from '../../verification/invitations/invitations.repository.js';
import { InvitersService } from '../../verification/invitations/inviters.service.js';
import { EmailChangesRepository } from '../../users/email-changes.repository.js';
import { ChallengeCodesService } from '../../verification/challenge-codes.service.js';
import { ChallengeLinksService } from '../../verification/challenge-links.service.js';
import type { ChallengeMethod } from '../../verification/email-challenge.entity.js';

/**
 * The minimum response time for a code. A guess at an invited address writes one row more than
 * a guess at another, and the time must not show who is invited (EN-06).
 */
const MIN_RESPONSE_MS = 30;

/** What shows that a person has the mailbox: the mailed token, or address and mailed code. */
export interface InvitationProof {
  readonly token?: string;
  readonly email?: string;
  readonly code?: string;
}

/** An invitation whose proof was right. */
export interface ProvenInvitation {
  readonly invitation: InvitationRow;
  readonly challengeId: string;
  readonly method: ChallengeMethod;
}

interface InspectedInvitation {
  readonly email: string;
  readonly role: InvitationRow['role'];
  readonly expiresAt: Date;
  readonly attributes: AttributeValues;
}

/** Finds the invitation that a mailed link or code belongs to. */
@Injectable()
export class InvitationLookupService {
  constructor(
    private readonly database: Database,
    private readonly invitations: InvitationsRepository,
    private readonly inviters: InvitersService,
    private readonly emailChanges: EmailChangesRepository,
    private readonly challengeLinks: ChallengeLinksService,
    private readonly challengeCodes: ChallengeCodesService,
    private readonly attributes: MemberAttributes,
  ) {}

  /**
   * Describes the invitation for the page that its link opens, before anything is asked. Changes
   * nothing.
   * @throws DomainError `invitation_invalid`, `invitation_expired`, `already_confirmed`, `email_taken`
   */
  async inspect(token: string): Promise<InspectedInvitation> {
    const { invitation } = await this.getByToken(token);
    if (!(await this.inviters.hasRight(invitation)))
      throw new DomainError('invitation_invalid', { detail: 'the inviter has lost the right' });
    // The link was mailed to this address, so its owner may learn that it has an account.
    if (await this.emailChanges.findHolder(this.database, invitation.emailKey)) throw new DomainError('email_taken');
    const { email, role, expiresAt, attributes } = invitation;
    return { email, role, expiresAt, attributes: this.attributes.selectForMember(attributes) };
  }

  /**
   * Counts a guess, if the proof is a code.
   * @throws DomainError `invitation_invalid`, `invitation_expired`; `already_confirmed` for a link; `code_invalid`,
   * `too_many_attempts` for a code; `validation_failed` unless the proof is a token, or an address and a code
   */
  async prove({ token, email, code }: InvitationProof, context: ClientContext): Promise<ProvenInvitation> {
    const isCode = email !== undefined && code !== undefined;
    if ((token === undefined) !== isCode || (token !== undefined && (email ?? code) !== undefined))
      throw new DomainError('validation_failed', {
        fields: [{ field: 'token', code: 'one_of_needed', params: { names: 'token, code' } }],
      });
    if (token !== undefined) return this.getByToken(token);
    const answersAt = performance.now() + MIN_RESPONSE_MS;
    try {
      return await this.getByCode(parseEmailAddress(email!)!.key, code!, context);
    } finally {
      await waitUntil(answersAt);
    }
  }

  private async getByToken(token: string): Promise<ProvenInvitation> {
    const challenge = await this.challengeLinks.find('invitation', token);
    if (!challenge) throw new DomainError('invitation_invalid', { detail: 'unknown link' });
    if (challenge.isSpent) throw new DomainError('already_confirmed', { detail: 'invitation accepted before' });
    if (challenge.isOver) throw new DomainError('invitation_invalid', { detail: 'link replaced, or voided' });
    if (challenge.isExpired) throw new DomainError('invitation_expired');
    return { invitation: await this.getPending(challenge.emailKey), challengeId: challenge.id, method: 'link' };
  }

  private async getByCode(emailKey: string, code: string, context: ClientContext): Promise<ProvenInvitation> {
    const { id: challengeId } = await this.challengeCodes.guessOfInvitation(emailKey, code, context);
    return { invitation: await this.getPending(emailKey), challengeId, method: 'code' };
  }

  private async getPending(emailKey: string): Promise<InvitationRow> {
    const invitation = await this.invitations.findPending(this.database, emailKey);
    if (!invitation) throw new DomainError('invitation_invalid', { detail: 'accepted or withdrawn a moment ago' });
    if (invitation.isExpired) throw new DomainError('invitation_expired');
    return invitation;
  }
}
