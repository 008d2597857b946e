import { Injectable } from '@nestjs/common';
import type { Principal } from '../platform/http/principal.js';
import { AuditLogService } from '../security/audit-log/audit-log.service.js';
import type { ClientContext } from '../platform/http/client-context.js';
import { Database } from '../platform/database/database.js';
import { AdminNotificationsService } from '../mail/notifications/admin-notifications.service.js';
import { LoginThrottleService } from '../security/rate-limits/login-throttle.service.js';
import { SecondFactorThrottleService } from '../mfa/second-factor-throttle.service.js';
import { adminContext } from '../platform/http/administration/admin-context.js';
import { AdminWritesService } from '../mfa/administrators/admin-writes.service.js';

/** Ends the time that a member has to wait after failed logins. */
@Injectable()
export class LoginUnlockService {
  constructor(
    private readonly database: Database,
    private readonly writes: AdminWritesService,
    private readonly loginThrottle: LoginThrottleService,
    private readonly factorThrottle: SecondFactorThrottleService,
    private readonly auditLog: AuditLogService,
    private readonly notifications: AdminNotificationsService,
  ) {}

  /**
   * Ends the waits after wrong passwords and wrong second factors, in one commit with the audit row
   * and the mail to the member (AD-02).
   *
   * @throws DomainError `not_found`; `person_required` if an API key unlocks an administrator
   */
  async unlock(admin: Principal, id: string, context: ClientContext): Promise<void> {
    const actor = adminContext(admin, context);
    await this.database.transaction(async (tx) => {
      const member = await this.writes.asAdministratorOf(tx, admin, id);
      await this.loginThrottle.clear(tx, id);
      await this.factorThrottle.unlock(tx, id);
      await this.auditLog.record(tx, 'login.unlocked', { memberId: id, context: actor }, {});
      await this.notifications.send(tx, member, 'unlocked', actor);
    });
  }
}
