import { Injectable } from '@nestjs/common';
import type { MemberPrincipal } from '../../platform/http/principal.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { Database } from '../../platform/database/database.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { PasskeysRepository, type PasskeySummary } from '../../mfa/passkeys/passkeys.repository.js';
import { AuditLogService } from '../../security/audit-log/audit-log.service.js';
import { FactorRemovalService } from '../../mfa/factor-removal.service.js';
import { LastWayInService } from '../../mfa/last-way-in.service.js';
import { MemberWritesService } from '../../sessions/member-writes.service.js';
import { FactorChangesService, type FactorChangeCredentials } from './factor-changes.service.js';

/** Renames and removes a member's own passkeys. */
@Injectable()
export class OwnPasskeysService {
  constructor(
    private readonly database: Database,
    private readonly writes: MemberWritesService,
    private readonly changes: FactorChangesService,
    private readonly passkeys: PasskeysRepository,
    private readonly removal: FactorRemovalService,
    private readonly auditLog: AuditLogService,
    private readonly lastWayIn: LastWayInService,
  ) {}

  /** @throws DomainError `not_found`, also for another member's passkey */
  async rename(
    principal: MemberPrincipal,
    id: string,
    name: string | null,
    context: ClientContext,
  ): Promise<PasskeySummary> {
    const { memberId, sessionId } = principal;
    return this.database.transaction(async (tx) => {
      await this.writes.asMember(tx, principal);
      const passkey = await this.passkeys.rename(tx, id, memberId, name);
      if (!passkey) throw noSuchPasskey();
      await this.auditLog.record(tx, 'passkey.renamed', { memberId, sessionId, context }, { name });
      return passkey;
    });
  }

  /** @throws DomainError `not_found`, `last_way_in`, and as {@link FactorChangesService} */
  async remove(
    principal: MemberPrincipal,
    id: string,
    credentials: FactorChangeCredentials,
    context: ClientContext,
  ): Promise<void> {
    const proof = await this.changes.prove(principal, credentials, context);
    await this.database.transaction(async (tx) => {
      await this.changes.begin(tx, principal, proof, context);
      if (!(await this.removal.removePasskey(tx, principal, id, context))) throw noSuchPasskey();
      await this.lastWayIn.checkAndVoidLogins(tx, principal.memberId);
    });
  }
}

function noSuchPasskey(): DomainError {
  return new DomainError('not_found', { detail: 'not a passkey of this member' });
}
