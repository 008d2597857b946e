import type { MailLocale } from '../platform/i18n/mail-locale.js';
import type { Member } from '../users/member.entity.js';

/** Address and language of a mail. The address is always the stored one, never request input (ML-02). */
export interface MailRecipient {
  readonly memberId: string | null;
  readonly email: string;
  readonly locale: MailLocale;
}

export function recipientOf(member: Pick<Member, 'id' | 'email' | 'locale'>): MailRecipient {
  return { memberId: member.id, email: member.email, locale: member.locale };
}
