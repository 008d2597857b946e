import { maskLoginId } from '../users/login-id.js';
import { coarseNetwork } from '../platform/addresses/ip-address.js';
import type { AppConfig } from '../platform/config/app-config.js';
import type { MailTemplates } from '../mail/templates/mail-template.js';
import type { Member } from '../users/member.entity.js';
import type { IssuedEmailChallenge } from './email-challenges.service.js';

/** When and from which network a mail was requested. */
export interface RequestOrigin {
  readonly requestedAt: string;
  readonly network: string;
}

export function requestOrigin({ ip }: { readonly ip: string }): RequestOrigin {
  return { requestedAt: new Date().toISOString(), network: coarseNetwork(ip) };
}

/**
 * The data of a mail with code and link to a member. Only the page behind the link differs between
 * these mails.
 */
export function challengeMailData(
  { env }: AppConfig,
  { loginId, name }: Pick<Member, 'loginId' | 'name'>,
  { code }: Pick<IssuedEmailChallenge, 'code'>,
  link: string,
  origin: RequestOrigin,
): MailTemplates['password-reset' | 'email-change'] {
  return {
    loginIdMasked: maskLoginId(loginId),
    name: name ?? undefined,
    code,
    link,
    codeMinutes: Math.ceil(env.CODE_TTL_SECONDS / 60),
    linkMinutes: Math.ceil(env.RESET_LINK_TTL_SECONDS / 60),
    ...origin,
  };
}
