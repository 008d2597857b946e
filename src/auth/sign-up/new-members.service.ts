import { Injectable } from '@nestjs/common';
import type { DocumentVersion } from '../../platform/consents/consent-documents.js';
import type { ProviderAccount } from '../../platform/federation/identity-provider.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { AuditLogService } from '../../security/audit-log/audit-log.service.js';
import { ConsentsService } from '../../security/consents/consents.service.js';
import type { DeviceInfo } from '../../sessions/devices/known-devices.service.js';
import type { IssuedTokens } from '../../sessions/session-tokens.js';
import type { SessionOpening } from '../../sessions/session-opening.service.js';
import { SessionsService } from '../../sessions/sessions.service.js';
import type { GivenConsent } from '../../users/consents/consents.repository.js';
import { MembersRepository, type NewMember } from '../../users/members.repository.js';
import { NewIdentitiesService } from './new-identities.service.js';
import { PendingSignUpsService } from './pending-sign-ups.service.js';

/** How the mailbox was proven. */
export interface MailboxProof {
  /** `provider`: a provider vouched for the address, so no mail has informed the owner of the mailbox. */
  readonly by: 'code' | 'link' | 'provider';
  /** The row of the sign-up that was proven; null where none was needed. */
  readonly signUpRowId: string | null;
}

/** The values of a member who is about to be created, and the consents of the person. */
export type MemberToCreate = NewMember & {
  /** Those of the sign-up; null for an imported account, or where no documents are declared. */
  readonly consents: readonly GivenConsent[] | null;
  /** Sent with the proof of the mailbox. */
  readonly sentConsents?: readonly DocumentVersion[] | undefined;
};

/** Makes members whose mailbox is proven, and opens their first session. Every sign-up ends here. */
@Injectable()
export class NewMembersService {
  constructor(
    private readonly members: MembersRepository,
    private readonly identities: NewIdentitiesService,
    private readonly pendingSignUps: PendingSignUpsService,
    private readonly sessions: SessionsService,
    private readonly consents: ConsentsService,
    private readonly auditLog: AuditLogService,
  ) {}

  /**
   * Needs the lock of the sign-ups on the address.
   * @param account at a provider, with which the member will log in; null for a member with a password
   * @throws DomainError `login_id_taken`, `email_taken`, `identity_taken`, `consent_required`, `validation_failed`
   */
  async create(
    opening: SessionOpening,
    member: MemberToCreate,
    account: ProviderAccount | null,
    { by, signUpRowId }: MailboxProof,
    device: DeviceInfo,
    context: ClientContext,
  ): Promise<IssuedTokens> {
    const { tx, newMemberId: memberId } = opening;
    // A member with a provider's account has no password until a reset sets one (SO-30).
    const passwordHash = account ? null : member.passwordHash;
    await this.members.insert(tx, { ...member, passwordHash, memberId });
    await this.pendingSignUps.voidRivals(tx, member.emailKey, signUpRowId);
    await this.auditLog.record(tx, 'sign-up.confirmed', { memberId, context }, { by });
    await this.consents.recordNewMember(tx, memberId, member, context);
    if (account) await this.identities.link(tx, memberId, account, by, context);
    const signInDevice = { ...device, knownDeviceId: null, suppressNewDeviceMail: true };
    const firstFactor = account ? 'federated' : 'password';
    const owner = { memberId, passwordVersion: 1, firstFactor, isNewMember: true } as const;
    return this.sessions.open(opening, owner, signInDevice, context);
  }
}
