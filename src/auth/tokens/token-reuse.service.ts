import { Injectable } from '@nestjs/common';
import { PendingProofsService } from '../../mfa/challenges/pending-proofs.service.js';
import { AuditLogService } from '../../security/audit-log/audit-log.service.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { Database } from '../../platform/database/database.js';
import { SecurityNotificationsService } from '../../mail/notifications/security-notifications.service.js';
import { RiskService } from '../../security/risk/risk.service.js';
import { MembersRepository } from '../../users/members.repository.js';
import type { SessionUse } from '../../sessions/rotations.repository.js';
import { SessionRevocationService } from '../../sessions/revocation/session-revocation.service.js';

/**
 * Ends sessions whose old refresh token was used again, where no lost answer explains it: two
 * clients hold it, and one of them may be an attacker (RFC 9700 section 4.14). The previous
 * token does not come here within the grace period, with the key of a bound session, or as an admitted
 * late replay. An older one does.
 */
@Injectable()
export class TokenReuseService {
  constructor(
    private readonly database: Database,
    private readonly revocation: SessionRevocationService,
    private readonly pendingProofs: PendingProofsService,
    private readonly members: MembersRepository,
    private readonly risk: RiskService,
    private readonly auditLog: AuditLogService,
    private readonly notifications: SecurityNotificationsService,
  ) {}

  /**
   * Ends the session, voids what the attacker may have begun for the member (CC-09), and notifies the member.
   * This is committed before the request is refused, so that the refusal does not roll it back.
   */
  async endSession(session: SessionUse, generation: number, context: ClientContext): Promise<void> {
    const { id, memberId, deviceName } = session;
    await this.database.transaction(async (tx) => {
      // The member's row first, as everywhere, so that no two transactions deadlock.
      const member = await this.members.lockNotified(tx, memberId);
      if (!member) return; // erased, with all sessions
      // Of several reuses at once, only the first raises the alarm: one mail is enough.
      if (!(await this.revocation.endWithin(tx, memberId, id, 'token-reuse', context))) return;
      await this.pendingProofs.voidBegunBySessions(tx, memberId);
      await this.auditLog.record(tx, 'session.reuse_detected', { memberId, sessionId: id, context }, { generation });
      await this.risk.recordReuse(tx, session, context);
      await this.notifications.send(tx, 'session-reused', member, context, { deviceName: deviceName ?? '' });
    });
  }
}
