import { Injectable } from '@nestjs/common';
import type { Tx } from '../../platform/database/sql.js';
import { ProviderRevocationsService } from '../../platform/federation/revocations/provider-revocations.service.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { IdentitiesRepository } from '../../users/identities/identities.repository.js';
import { AuditLogService } from '../audit-log/audit-log.service.js';

/** Unlinks accounts at providers that an intruder may have linked. */
@Injectable()
export class DisputedIdentitiesService {
  constructor(
    private readonly identities: IdentitiesRepository,
    private readonly revocations: ProviderRevocationsService,
    private readonly auditLog: AuditLogService,
  ) {}

  /**
   * Unlinks the accounts that were linked in the last `windowSeconds`: an intruder could log in with
   * each of them without the password (SO-12). Needs the member's lock. Does not mail the member.
   * @returns their providers
   */
  async unlinkRecent(tx: Tx, memberId: string, windowSeconds: number, context: ClientContext): Promise<string[]> {
    const unlinked = await this.identities.deleteRecent(tx, memberId, windowSeconds);
    await this.revocations.queue(tx, unlinked);
    for (const { provider } of unlinked)
      await this.auditLog.record(tx, 'identity.unlinked', { memberId, context }, { provider });
    return unlinked.map(({ provider }) => provider);
  }
}
