import { Injectable } from '@nestjs/common';
import type { ClientContext } from '../../platform/http/client-context.js';
import { parseEmailAddress } from '../../platform/addresses/email-address.js';
import { maskLoginId } from '../../users/login-id.js';
import { Database } from '../../platform/database/database.js';
import { SecurityNotificationsService } from '../../mail/notifications/security-notifications.service.js';
import { MailBudgetService } from '../../security/rate-limits/mail-budget.service.js';
import type { Member } from '../../users/member.entity.js';
import { MembersRepository, type LoginCandidate } from '../../users/members.repository.js';
import { DECOY_MEMBER_ID } from '../../users/decoy-member.js';

/** Notifies a member when logins from unknown devices begin to be blocked. */
@Injectable()
export class LoginLockNotificationService {
  constructor(
    private readonly database: Database,
    private readonly members: MembersRepository,
    private readonly mailBudget: MailBudgetService,
    private readonly notifications: SecurityNotificationsService,
  ) {}

  /**
   * Sends one mail for each lock. For an unknown identifier or an inactive account it does the same
   * work and mails nothing: the failure that begins a lock must not take longer for accounts that
   * exist (EN-06).
   */
  async send(candidate: LoginCandidate | null, account: string, context: ClientContext): Promise<void> {
    const address = candidate && parseEmailAddress(candidate.email);
    const mayMail = await this.mailBudget.takeForNotice(address?.key ?? `${account}@`);
    await this.database.transaction(async (tx) => {
      const member = await this.members.find(tx, candidate?.id ?? DECOY_MEMBER_ID);
      const recipient = member ?? decoyRecipient(context);
      const data = { loginIdMasked: maskLoginId(recipient.loginId) };
      const withhold = member?.status !== 'active' || !mayMail;
      await this.notifications.send(tx, 'login-locked', recipient, context, data, { withhold });
    });
  }
}

type Recipient = Pick<Member, 'id' | 'loginId' | 'email' | 'emailKey' | 'locale' | 'name'>;

function decoyRecipient({ locale }: ClientContext): Recipient {
  const email = 'decoy@munjigi.invalid';
  return { id: DECOY_MEMBER_ID, loginId: 'decoy', email, emailKey: email, locale, name: null };
}
