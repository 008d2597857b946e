import { Injectable } from '@nestjs/common';
import type { Principal } from '../../platform/http/principal.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { Database } from '../../platform/database/database.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { PasskeysRepository, type PasskeySummary } from '../../mfa/passkeys/passkeys.repository.js';
import { AuditLogService } from '../../security/audit-log/audit-log.service.js';
import { MemberWritesService } from '../../sessions/member-writes.service.js';
import { ReauthenticationService } from '../../sessions/reauthentication/reauthentication.service.js';
import { FactorRemovalService } from './factor-removal.service.js';

/** Lists, renames and removes a member's own passkeys. */
@Injectable()
export class OwnPasskeysService {
  constructor(
    private readonly database: Database,
    private readonly writes: MemberWritesService,
    private readonly reauthentication: ReauthenticationService,
    private readonly passkeys: PasskeysRepository,
    private readonly removal: FactorRemovalService,
    private readonly auditLog: AuditLogService,
  ) {}

  /** Lists the passkeys, oldest first. */
  async list(memberId: string): Promise<PasskeySummary[]> {
    return this.passkeys.list(memberId);
  }

  /** @throws DomainError `not_found`, also for another member's passkey */
  async rename(principal: Principal, id: string, name: string | null, context: ClientContext): Promise<PasskeySummary> {
    const { memberId, sessionId } = principal;
    return this.database.transaction(async (tx) => {
      await this.writes.asMember(tx, principal);
      const passkey = await this.passkeys.rename(tx, id, memberId, name);
      if (!passkey) throw noSuchPasskey();
      await this.auditLog.record(tx, 'passkey.renamed', { memberId, sessionId, context }, { name });
      return passkey;
    });
  }

  /** @throws DomainError `invalid_credentials`, `not_found`, `overloaded` */
  async remove(principal: Principal, id: string, password: string, context: ClientContext): Promise<void> {
    const confirmed = await this.reauthentication.confirmPassword(principal, password, context);
    await this.database.transaction(async (tx) => {
      await this.reauthentication.asConfirmedMember(tx, principal, confirmed);
      if (!(await this.removal.removePasskey(tx, principal, id, context))) throw noSuchPasskey();
    });
  }
}

function noSuchPasskey(): DomainError {
  return new DomainError('not_found', { detail: 'not a passkey of this member' });
}
