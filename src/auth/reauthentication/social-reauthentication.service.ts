import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import { FederationService, type JourneyAnswer } from '../../platform/federation/federation.service.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import type { MemberPrincipal } from '../../platform/http/principal.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { AuditLogService } from '../../security/audit-log/audit-log.service.js';
import { MemberWritesService } from '../../sessions/member-writes.service.js';
import { SessionsService } from '../../sessions/sessions.service.js';
import { IdentitiesRepository } from '../../users/identities/identities.repository.js';

/** Confirms who uses a session by a login at a provider that the member has linked. */
@Injectable()
export class SocialReauthenticationService {
  constructor(
    private readonly database: Database,
    private readonly federation: FederationService,
    private readonly writes: MemberWritesService,
    private readonly identities: IdentitiesRepository,
    private readonly sessions: SessionsService,
    private readonly auditLog: AuditLogService,
  ) {}

  /**
   * Accepts only a journey that asked the provider to authenticate, and only an account that this
   * member has linked: a stolen session gains nothing from the intruder's own account (SO-32).
   * @throws DomainError `social_login_failed`, `provider_unavailable`, `not_found`, `session_ended`
   */
  async reauthenticate(
    principal: MemberPrincipal,
    provider: string,
    answer: JourneyAnswer,
    context: ClientContext,
  ): Promise<void> {
    const { memberId, sessionId } = principal;
    const { account, isReauthentication } = await this.federation.finish(provider, answer);
    const isDone =
      isReauthentication &&
      (await this.database.transaction(async (tx) => {
        await this.writes.asMember(tx, principal);
        // Read under the member's lock, which unlinking takes too (CC-09).
        if ((await this.identities.findMemberId(tx, account)) !== memberId) return false;
        await this.sessions.markAuthenticated(tx, sessionId, null, 'federated');
        return true;
      }));
    if (isDone) return;
    await this.auditLog.record(this.database, 'reauthentication.failed', { memberId, sessionId, context }, {});
    const detail = isReauthentication ? 'not an account of this member' : 'the journey did not ask to reauthenticate';
    throw new DomainError('social_login_failed', { detail });
  }
}
