import { Injectable } from '@nestjs/common';
import { digest } from '../../platform/crypto/digest.js';
import { Database } from '../../platform/database/database.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { EmailChangesRepository } from '../../users/email-changes.repository.js';
import { MembersRepository } from '../../users/members.repository.js';
import { CompromiseRecoveryService } from '../compromise-recovery/compromise-recovery.service.js';

/**
 * Undoes an address change with the link mailed to the previous address, and recovers the account.
 */
@Injectable()
export class EmailUndoService {
  constructor(
    private readonly database: Database,
    private readonly members: MembersRepository,
    private readonly emailChanges: EmailChangesRepository,
    private readonly compromiseRecovery: CompromiseRecoveryService,
  ) {}

  /**
   * @throws DomainError `link_invalid`, `link_expired`; `email_taken` where another account has the
   * previous address: the intruder's access is then removed, and the link stays valid
   */
  async undo(undoToken: string, context: ClientContext): Promise<void> {
    const change = await this.emailChanges.findByUndoDigest(digest(undoToken));
    if (!change) throw new DomainError('link_invalid', { detail: 'unknown' });
    if (!(await this.emailChanges.isUndoable(change.id)))
      throw new DomainError('link_expired', { detail: 'already undone, or too late' });
    const isRecovered = await this.database.transaction(async (tx) => {
      const member = await this.members.lock(tx, change.memberId);
      // A disabled account stays as it is. The link works again once the account is enabled.
      if (member?.status === 'disabled') throw new DomainError('link_invalid', { detail: 'the member is disabled' });
      const usedLink = { token: undoToken, kind: 'email-undo' } as const;
      return this.compromiseRecovery.recover(tx, change.memberId, change, usedLink, context);
    });
    if (!isRecovered) throw new DomainError('email_taken', { detail: 'all done but the address and the mail' });
  }
}
