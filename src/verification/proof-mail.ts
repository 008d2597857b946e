import { maskLoginId } from '../platform/http/validation/login-id.js';
import { coarseNetwork } from '../platform/addresses/network.js';
import type { AppConfig } from '../platform/config/app-config.js';
import type { MailTemplates } from '../mail/templates/mail-template.js';
import type { Member } from '../users/member.entity.js';
import type { IssuedProof } from './verification.service.js';

/** When and from where a mail was asked for. */
export interface AskedFrom {
  readonly requestedAt: string;
  readonly network: string;
}

export function askedNow({ ip }: { readonly ip: string }): AskedFrom {
  return { requestedAt: new Date().toISOString(), network: coarseNetwork(ip) };
}

/** What mails to a member say alike that prove a mailbox by code and link; only the page behind the link differs. */
export function proofMailData(
  { env }: AppConfig,
  { loginId, name }: Pick<Member, 'loginId' | 'name'>,
  { code }: Pick<IssuedProof, 'code'>,
  link: string,
  asked: AskedFrom,
): MailTemplates['password-reset' | 'email-change'] {
  return {
    loginIdMasked: maskLoginId(loginId),
    name: name ?? undefined,
    code,
    link,
    codeMinutes: Math.ceil(env.CODE_TTL_SECONDS / 60),
    linkMinutes: Math.ceil(env.RESET_LINK_TTL_SECONDS / 60),
    ...asked,
  };
}
