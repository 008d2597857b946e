import type { Locale } from '../platform/i18n/locale.js';
import type { Member } from '../users/member.entity.js';

/** Where a mail goes and in which language. The address is always the stored one, never what somebody typed (ML-02). */
export interface MailRecipient {
  readonly memberId: string | null;
  readonly email: string;
  readonly locale: Locale;
}

export function recipientOf(member: Pick<Member, 'id' | 'email' | 'locale'>): MailRecipient {
  return { memberId: member.id, email: member.email, locale: member.locale };
}
