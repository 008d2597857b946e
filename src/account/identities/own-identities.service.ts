import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import { FederationService, type JourneyAnswer } from '../../platform/federation/federation.service.js';
import { ProviderRevocationsService } from '../../platform/federation/revocations/provider-revocations.service.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import type { MemberPrincipal } from '../../platform/http/principal.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { IdentityNotificationsService } from '../../security/identities/identity-notifications.service.js';
import { LastWayInService } from '../../mfa/last-way-in.service.js';
import { MemberWritesService } from '../../sessions/member-writes.service.js';
import { IdentitiesRepository, type LinkedIdentity } from '../../users/identities/identities.repository.js';

/** Links a member's accounts at providers, lists and unlinks them. */
@Injectable()
export class OwnIdentitiesService {
  constructor(
    private readonly database: Database,
    private readonly writes: MemberWritesService,
    private readonly federation: FederationService,
    private readonly revocations: ProviderRevocationsService,
    private readonly identities: IdentitiesRepository,
    private readonly notifications: IdentityNotificationsService,
    private readonly lastWayIn: LastWayInService,
  ) {}

  async list(memberId: string): Promise<LinkedIdentity[]> {
    return this.identities.list(memberId);
  }

  /**
   * Links an account at a provider, which this client has just logged in to. Needs a session of the
   * member: an account is never linked only because its address is the same (SO-09).
   * @throws DomainError `social_login_failed`, `provider_unavailable`, `identity_taken`,
   * `reauth_required`, `session_ended`, `not_found`
   */
  async link(
    principal: MemberPrincipal,
    provider: string,
    answer: JourneyAnswer,
    context: ClientContext,
  ): Promise<LinkedIdentity> {
    const { memberId } = principal;
    const { account } = await this.federation.finish(provider, answer);
    const id = await this.database.transaction(async (tx) => {
      await this.writes.asMember(tx, principal, { needsRecentLogin: true });
      const linkedId = await this.identities.insert(tx, memberId, account, account.email);
      if (linkedId === null) throw new DomainError('identity_taken');
      await this.revocations.cancel(tx, account);
      await this.notifications.notify(tx, 'linked', provider, principal, context);
      return linkedId;
    });
    return (await this.identities.list(memberId)).find((identity) => identity.id === id)!;
  }

  /**
   * @throws DomainError `not_found`, also for another member's identity; `last_way_in`,
   * `reauth_required`, `session_ended`
   */
  async unlink(principal: MemberPrincipal, id: string, context: ClientContext): Promise<void> {
    const { memberId } = principal;
    await this.database.transaction(async (tx) => {
      await this.writes.asMember(tx, principal, { needsRecentLogin: true });
      const identity = await this.identities.delete(tx, memberId, id);
      if (identity === null) throw new DomainError('not_found', { detail: 'not an identity of this member' });
      await this.lastWayIn.checkAndVoidLogins(tx, memberId);
      await this.revocations.queue(tx, [identity]);
      await this.notifications.notify(tx, 'unlinked', identity.provider, principal, context);
    });
  }
}
