import { Injectable } from '@nestjs/common';
import type { ClientContext } from '../platform/http/client-context.js';
import type { Tx } from '../platform/database/sql.js';
import { SecurityNotificationsService } from '../mail/notifications/security-notifications.service.js';
import type { MailTemplates } from '../mail/templates/mail-template.js';
import { AuditLogService } from '../security/audit-log/audit-log.service.js';
import type { SecurityEvents, SecurityEventType } from '../security/audit-log/security-events.js';
import { MembersRepository } from '../users/members.repository.js';

/** The events about second factors, and what the mail `two-factor-changed` reports for each. */
const CHANGES = {
  'two-factor.enabled': 'enabled',
  'two-factor.disabled': 'disabled',
  'two-factor.recovery_codes_replaced': 'recovery-codes-replaced',
  'two-factor.recovery_codes_removed': 'recovery-codes-removed',
  'two-factor.recovery_code_used': 'recovery-code-used',
  'two-factor.removal_scheduled': 'removal-scheduled',
  'two-factor.removal_cancelled': 'removal-cancelled',
  'passkey.registered': 'passkey-added',
  'passkey.removed': 'passkey-removed',
} as const satisfies Partial<Record<SecurityEventType, MailTemplates['two-factor-changed']['what']>>;

type Change = keyof typeof CHANGES;
type MailData = Partial<
  Pick<
    MailTemplates['two-factor-changed'],
    'what' | 'recoveryCodesLeft' | 'passkeyName' | 'isSecondStepOff' | 'removeOn'
  >
>;

/**
 * Records a change of a second factor in the audit log and mails the member, in the transaction of
 * the change.
 */
@Injectable()
export class SecondFactorNotificationsService {
  constructor(
    private readonly members: MembersRepository,
    private readonly notifications: SecurityNotificationsService,
    private readonly auditLog: AuditLogService,
  ) {}

  /** @param mailData adds to or replaces what {@link CHANGES} puts into the mail */
  async notify<C extends Change>(
    tx: Tx,
    change: C,
    { memberId, sessionId = null }: { readonly memberId: string; readonly sessionId?: string | null },
    context: ClientContext,
    details: SecurityEvents[C],
    mailData: MailData = {},
  ): Promise<void> {
    await this.auditLog.record(tx, change, { memberId, sessionId, context }, details);
    const member = await this.members.get(tx, memberId);
    await this.notifications.send(tx, 'two-factor-changed', member, context, { what: CHANGES[change], ...mailData });
  }
}
