import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { InvitationsRepository, type InvitationRow } from '../../verification/invitations/invitations.repository.js';
import { InvitersService } from '../../verification/invitations/inviters.service.js';
import type { Tx } from '../../platform/database/sql.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { AuditLogService } from '../../security/audit-log/audit-log.service.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import type { DeviceInfo } from '../../sessions/devices/known-devices.service.js';
import { SessionOpeningService } from '../../sessions/session-opening.service.js';
import type { IssuedTokens } from '../../sessions/session-tokens.js';
import { EmailChallengesService } from '../../verification/email-challenges.service.js';
import { NewMembersService, type MemberToCreate } from '../sign-up/new-members.service.js';
import { SignUpsRepository } from '../sign-up/sign-ups.repository.js';
import type { ProvenInvitation } from './invitation-lookup.service.js';

/** Makes the member of an invitation whose mailbox is proven, and opens the first session. */
@Injectable()
export class InvitationAcceptanceService {
  constructor(
    private readonly openings: SessionOpeningService,
    private readonly invitations: InvitationsRepository,
    private readonly inviters: InvitersService,
    private readonly challenges: EmailChallengesService,
    private readonly signUps: SignUpsRepository,
    private readonly newMembers: NewMembersService,
    private readonly auditLog: AuditLogService,
  ) {}

  /**
   * All or nothing: after `login_id_taken` the invitation is still open.
   * @throws DomainError `invitation_invalid`, `code_invalid`, `already_confirmed`, `login_id_taken`, `email_taken`,
   * `refused_by_product`
   */
  async accept(
    { invitation, challengeId, method }: ProvenInvitation,
    profile: Pick<MemberToCreate, 'loginId' | 'passwordHash' | 'name' | 'locale' | 'attributes' | 'consents'>,
    device: DeviceInfo,
    context: ClientContext,
  ): Promise<IssuedTokens> {
    const { email, emailKey, role } = invitation;
    return this.openings.run(async (opening) => {
      const { tx, newMemberId: memberId } = opening;
      // In the order of any sign-up: the address, then the sign-ups on it.
      await this.challenges.lockAddress(tx, emailKey, 'sign-up');
      await this.signUps.lock(tx, { id: randomUUID(), emailKey });
      await this.take(tx, invitation);
      await this.challenges.spend(tx, challengeId, method, null).catch(asInvitationInvalid);
      const proof = { by: method, signUpRowId: null };
      const member = { ...profile, email, emailKey, role };
      const tokens = await this.newMembers.create(opening, member, null, proof, device, context);
      await this.invitations.setMember(tx, invitation.id, memberId);
      await this.auditLog.record(
        tx,
        'invitation.accepted',
        { memberId, context },
        { invitationId: invitation.id, role },
      );
      return tokens;
    });
  }

  /** Exactly once: the row count decides between two acceptances, and against a withdrawal. */
  private async take(tx: Tx, invitation: InvitationRow): Promise<void> {
    if (!(await this.inviters.mayStillInvite(tx, invitation)))
      throw new DomainError('invitation_invalid', { detail: 'the inviter has lost the right' });
    if (await this.invitations.markAccepted(tx, invitation.id)) return;
    const { acceptedAt } = (await this.invitations.findLocked(tx, invitation.id)) ?? {};
    throw new DomainError(acceptedAt ? 'already_confirmed' : 'invitation_invalid', { detail: 'by another request' });
  }
}

/** The invitation was withdrawn or mailed again while its answer was on the way. */
function asInvitationInvalid(error: unknown): never {
  if (error instanceof DomainError && error.code === 'link_invalid')
    throw new DomainError('invitation_invalid', { detail: 'withdrawn or mailed again', cause: error });
  throw error;
}
