import { Injectable } from '@nestjs/common';
import { adminContext } from '../../platform/http/administration/admin-context.js';
import { AdminWritesService } from '../../mfa/administrators/admin-writes.service.js';
import { ErasuresService } from '../../mfa/lockout/erasures.service.js';
import { Database } from '../../platform/database/database.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import type { MemberPrincipal } from '../../platform/http/principal.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';

/** Lets an administrator begin the erasure of another member's account. */
@Injectable()
export class ErasureDemandService {
  constructor(
    private readonly database: Database,
    private readonly writes: AdminWritesService,
    private readonly erasures: ErasuresService,
  ) {}

  /**
   * As {@link ErasuresService.begin}.
   * @throws DomainError as {@link ErasuresService.begin} and {@link AdminWritesService.asAdministratorOf};
   * `forbidden` also for the administrator's own account
   */
  async demand(admin: MemberPrincipal, id: string, atOnce: boolean, context: ClientContext): Promise<void> {
    if (id === admin.memberId) throw new DomainError('forbidden', { detail: 'own account' });
    await this.database.transaction(async (tx) => {
      await this.erasures.lockAdministrators(tx);
      const member = await this.writes.asAdministratorOf(tx, admin, id);
      await this.erasures.begin(tx, member, atOnce, adminContext(admin, context));
    });
  }
}
