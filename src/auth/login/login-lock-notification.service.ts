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

/** Tells a member that logins from unknown devices have to wait from now on. */
@Injectable()
export class LoginLockNotificationService {
  constructor(
    private readonly database: Database,
    private readonly members: MembersRepository,
    private readonly mailBudget: MailBudgetService,
    private readonly notifications: SecurityNotificationsService,
  ) {}

  /**
   * Once for each lock. Does the same work, and mails nothing, where nobody has the identifier or the account is not in
   * use: the failure that begins a lock must not take longer for accounts that exist (EN-06).
   */
  async send(candidate: LoginCandidate | null, account: string, context: ClientContext): Promise<void> {
    const address = candidate && parseEmailAddress(candidate.email);
    const mayMail = await this.mailBudget.takeForNotification(address?.key ?? `${account}@`);
    await this.database.transaction(async (tx) => {
      const found = await this.members.find(tx, candidate?.id ?? DECOY_MEMBER_ID);
      const member = found ?? nobody(context);
      const data = { loginIdMasked: maskLoginId(member.loginId) };
      await this.notifications.send(tx, 'login-locked', member, context, data, {
        withhold: found?.status !== 'active' || !mayMail,
      });
    });
  }
}

type Recipient = Pick<Member, 'id' | 'loginId' | 'email' | 'emailKey' | 'locale' | 'name'>;

function nobody({ locale }: ClientContext): Recipient {
  return {
    id: DECOY_MEMBER_ID,
    loginId: 'nobody',
    email: 'nobody@localhost',
    emailKey: 'nobody@localhost',
    locale,
    name: null,
  };
}
