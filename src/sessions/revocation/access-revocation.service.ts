import { Injectable } from '@nestjs/common';
import type { ClientContext } from '../../platform/http/client-context.js';
import { settleAll } from '../../platform/concurrency/settle-all.js';
import type { Tx } from '../../platform/database/sql.js';
import type { SessionEndReason } from '../../security/audit-log/security-events.js';
import { EmailChallengesService } from '../../verification/email-challenges.service.js';
import { KnownDevicesService } from '../devices/known-devices.service.js';
import { SessionRevocationService } from './session-revocation.service.js';

/**
 * Revokes everything that an attacker who knew the old password may have: mailed codes and links,
 * sessions, device tokens.
 */
@Injectable()
export class AccessRevocationService {
  constructor(
    private readonly emailChallenges: EmailChallengesService,
    private readonly sessions: SessionRevocationService,
    private readonly devices: KnownDevicesService,
  ) {}

  /** @param exceptSessionId the session that stays open, together with its device */
  async revokeAll(
    tx: Tx,
    memberId: string,
    reason: SessionEndReason,
    context: ClientContext,
    exceptSessionId?: string,
  ): Promise<void> {
    await settleAll([
      this.emailChallenges.voidAllOf(tx, memberId),
      this.sessions.endAll(tx, memberId, reason, context, exceptSessionId),
    ]);
    await this.devices.forgetAll(tx, memberId, exceptSessionId);
  }
}
