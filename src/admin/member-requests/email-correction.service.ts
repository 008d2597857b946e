import { Injectable } from '@nestjs/common';
import { adminContext } from '../../platform/http/administration/admin-context.js';
import { AdminWritesService } from '../../mfa/administrators/admin-writes.service.js';
import { EmailCorrectionsService } from '../../verification/email-corrections/email-corrections.service.js';
import type { EmailAddress } from '../../platform/addresses/email-address.js';
import { Database } from '../../platform/database/database.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import type { MemberPrincipal } from '../../platform/http/principal.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';

/** Changes the address of a member when an administrator asks for it. */
@Injectable()
export class EmailCorrectionService {
  constructor(
    private readonly database: Database,
    private readonly writes: AdminWritesService,
    private readonly corrections: EmailCorrectionsService,
  ) {}

  /**
   * As {@link EmailCorrectionsService.begin}.
   * @throws DomainError also `not_found`, and `forbidden` for the administrator's own account: administrators
   * change their own address on the account page, as every member does
   */
  async request(admin: MemberPrincipal, id: string, address: EmailAddress, context: ClientContext): Promise<void> {
    if (id === admin.memberId) throw new DomainError('forbidden', { detail: 'own address' });
    await this.database.transaction(async (tx) => {
      const member = await this.writes.asAdministratorOf(tx, admin, id);
      await this.corrections.begin(tx, member, address, adminContext(admin, context));
    });
  }
}
