import { Injectable } from '@nestjs/common';
import type { Tx } from '../../platform/database/sql.js';
import type { ProviderAccount } from '../../platform/federation/identity-provider.js';
import { ProviderRevocationsService } from '../../platform/federation/revocations/provider-revocations.service.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { AuditLogService } from '../../security/audit-log/audit-log.service.js';
import { IdentityNotificationsService } from '../../security/identities/identity-notifications.service.js';
import { IdentitiesRepository } from '../../users/identities/identities.repository.js';
import type { MailboxProof } from './new-members.service.js';

/** Links accounts at providers to new members. */
@Injectable()
export class NewIdentitiesService {
  constructor(
    private readonly identities: IdentitiesRepository,
    private readonly revocations: ProviderRevocationsService,
    private readonly identityNotifications: IdentityNotificationsService,
    private readonly auditLog: AuditLogService,
  ) {}

  /**
   * Links the account with which the member signed up, in the transaction that makes the member.
   * @throws DomainError `identity_taken`
   */
  async link(
    tx: Tx,
    memberId: string,
    account: ProviderAccount,
    by: MailboxProof['by'],
    context: ClientContext,
  ): Promise<void> {
    // Two browsers may sign up with one account: the unique index lets one of them through (SO-10).
    if ((await this.identities.insert(tx, memberId, account, account.email)) === null)
      throw new DomainError('identity_taken');
    await this.revocations.cancel(tx, account);
    const { provider } = account;
    if (by === 'provider') await this.identityNotifications.notify(tx, 'signed-up', provider, { memberId }, context);
    else await this.auditLog.record(tx, 'identity.linked', { memberId, context }, { provider });
  }
}
