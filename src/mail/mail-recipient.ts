import type { MailLocale } from '../platform/i18n/mail-locale.js';
import type { Member } from '../users/member.entity.js';

/**
 * Address and language of a mail. A mail to a member goes to the stored address, never to the spelling
 * of a request (ML-02). Only a challenge that proves a new address goes to the address of the request.
 */
export interface MailRecipient {
  readonly memberId: string | null;
  readonly email: string;
  readonly locale: MailLocale;
}

export function recipientOf(member: Pick<Member, 'id' | 'email' | 'locale'>): MailRecipient {
  return { memberId: member.id, email: member.email, locale: member.locale };
}
