import { Injectable } from '@nestjs/common';
import { InvitationsRepository } from '../../verification/invitations/invitations.repository.js';
import { EventRecordingService } from '../../security/events/log/event-recording.service.js';
import { MailService } from '../../mail/mail.service.js';
import type { Tx } from '../../platform/database/sql.js';
import { AuditLogService } from '../../security/audit-log/audit-log.service.js';
import type { ErasedMember } from '../../users/account-erasure.repository.js';
import { ErasedSignUpsRepository } from './erased-sign-ups.repository.js';

/** Removes what no foreign key removes with a member: traces in the audit log, sign-ups, mails and events. */
@Injectable()
export class ErasedTracesService {
  constructor(
    private readonly invitations: InvitationsRepository,
    private readonly signUps: ErasedSignUpsRepository,
    private readonly auditLog: AuditLogService,
    private readonly mail: MailService,
    private readonly events: EventRecordingService,
  ) {}

  /**
   * Reads the addresses of members before the members are erased, because the database deletes both
   * together. Locks their sign-ups.
   * @returns a function that removes the traces of the members who were erased
   */
  async prepare(tx: Tx, memberIds: readonly string[]): Promise<(erased: readonly ErasedMember[]) => Promise<void>> {
    // A member may have another address now than the one that was invited, or than before a change.
    const invited = await this.invitations.listAddresses(tx, memberIds);
    const known = await this.signUps.lock(tx, memberIds);
    return async (erased) => {
      const ids = erased.map(({ id }) => id);
      const persons = erased.map(({ id, loginId, emailKey }) => {
        const earlier = [...invited, ...known].filter(({ memberId }) => memberId === id);
        return { id, loginId, emailKeys: [...new Set([emailKey, ...earlier.map((address) => address.emailKey)])] };
      });
      await this.auditLog.anonymise(tx, persons);
      await this.signUps.delete(
        tx,
        persons.flatMap(({ emailKeys }) => emailKeys),
      );
      await this.mail.deleteForMembers(tx, ids);
      await this.events.recordErased(tx, ids);
    };
  }
}
