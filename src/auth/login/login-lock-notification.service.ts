import { Injectable } from '@nestjs/common';
import type { Caller } from '../../platform/http/client-context.js';
import { parseEmailAddress } from '../../platform/addresses/email-address.js';
import { maskLoginId } from '../../platform/http/validation/login-id.js';
import { Database } from '../../platform/database/database.js';
import { SecurityNoticesService } from '../../mail/notifications/security-notifications.service.js';
import { MailBudgetService } from '../../security/rate-limits/mail-budget.service.js';
import type { Member } from '../../users/member.entity.js';
import { MembersRepository, type LoginCandidate } from '../../users/members.repository.js';
import { NOBODY } from '../../users/decoy-member.js';

/** Tells a member that logins from unknown devices have to wait from now on. */
@Injectable()
export class LoginLockNoticeService {
  constructor(
    private readonly database: Database,
    private readonly members: MembersRepository,
    private readonly mailBudget: MailBudgetService,
    private readonly notices: SecurityNoticesService,
  ) {}

  /**
   * Once for each lock. Does the same work, and mails nothing, where nobody has the identifier or the account is not in
   * use: the failure that begins a lock must not take longer for accounts that exist (EN-06).
   */
  async send(candidate: LoginCandidate | null, account: string, caller: Caller): Promise<void> {
    const address = candidate && parseEmailAddress(candidate.email);
    const mayMail = await this.mailBudget.takeNotice(address?.key ?? `${account}@`);
    await this.database.transaction(async (tx) => {
      const found = await this.members.find(tx, candidate?.id ?? NOBODY);
      const member = found ?? nobody(caller);
      const data = { loginIdMasked: maskLoginId(member.loginId) };
      await this.notices.send(tx, 'login-locked', member, caller, data, {
        withhold: found?.status !== 'active' || !mayMail,
      });
    });
  }
}

type Recipient = Pick<Member, 'id' | 'loginId' | 'email' | 'emailKey' | 'locale' | 'name'>;

function nobody({ locale }: Caller): Recipient {
  return { id: NOBODY, loginId: 'nobody', email: 'nobody@localhost', emailKey: 'nobody@localhost', locale, name: null };
}
