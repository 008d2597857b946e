import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../platform/config/app-config.js';
import type { Tx } from '../../platform/database/sql.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { AuditLogService } from '../../security/audit-log/audit-log.service.js';
import { MembersRepository } from '../../users/members.repository.js';
import { EmailChangesRepository, type UndoableChange } from '../../users/email-changes.repository.js';
import { IntruderEvictionService } from './intruder-eviction.service.js';
import { RecoveryMailService, type UsedLink } from './recovery-mail.service.js';

/**
 * Recovers an account that an intruder may have entered. The password no longer works, and access
 * that was added recently is removed. The member sets a new password by a mailed code or link.
 * Shared by "it wasn't me" and by undoing an address change.
 */
@Injectable()
export class CompromiseRecoveryService {
  constructor(
    private readonly config: AppConfig,
    private readonly members: MembersRepository,
    private readonly emailChanges: EmailChangesRepository,
    private readonly eviction: IntruderEvictionService,
    private readonly recoveryMail: RecoveryMailService,
    private readonly auditLog: AuditLogService,
  ) {}

  /**
   * Restores an account that was closed within its grace period, removes the password, removes the
   * intruder's access, undoes the address change and mails a link for a new password. Where another
   * account has the previous address, the intruder's access is removed all the same, and no link is
   * mailed: it would go to the address that the owner disowned (CC-11). The caller holds the
   * member's lock and has refused disabled members.
   * @param change the address change to undo, if there is one
   * @param usedLink the link whose button was pressed
   * @returns whether the member can get back in by mail. If not, let the transaction commit and
   * answer `email_taken`
   * @throws DomainError `link_expired` if the change was undone, or can no longer be undone, since the
   * caller checked
   */
  async recover(
    tx: Tx,
    memberId: string,
    change: UndoableChange | null,
    usedLink: UsedLink,
    context: ClientContext,
  ): Promise<boolean> {
    // The intruder may have closed the account.
    await this.members.restore(tx, memberId, this.config.env.ACCOUNT_ERASURE_GRACE_SECONDS);
    // The intruder may know the old password.
    await this.members.setPassword(tx, memberId, null);
    await this.eviction.evict(tx, memberId, context);
    if (change && !(await this.undo(tx, change, context))) return false;
    await this.recoveryMail.send(tx, memberId, usedLink, context);
    return true;
  }

  /** @returns false if another account has the previous address; the undo link then stays valid */
  private async undo(tx: Tx, change: UndoableChange, context: ClientContext): Promise<boolean> {
    const { memberId, oldEmail, oldEmailKey } = change;
    try {
      await tx.nested(async () => {
        // Of several requests with one link, one gets past this. The others throw and are rolled back.
        if (!(await this.emailChanges.close(tx, change)))
          throw new DomainError('link_expired', { detail: 'undone or expired a moment ago' });
        await this.members.setEmail(tx, memberId, oldEmail, oldEmailKey);
      });
    } catch (error) {
      if (error instanceof DomainError && error.code === 'email_taken') return false;
      throw error;
    }
    await this.auditLog.record(tx, 'email.change_undone', { memberId, context }, {});
    return true;
  }
}
