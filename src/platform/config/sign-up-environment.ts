import { str } from 'envalid';
import { domains, linkTemplate, positiveSeconds } from './setting-types.js';

/** Who may sign up, and the settings of invitations. */
export const SIGN_UP_ENVIRONMENT = {
  SIGN_UP: str({
    choices: ['open', 'domains', 'invited'],
    default: 'open',
    desc: 'who may sign up: anyone, addresses of SIGN_UP_DOMAINS, or only invited people',
  }),
  SIGN_UP_DOMAINS: domains({
    default: [],
    desc: 'mail domains that may sign up with SIGN_UP=domains; each without its subdomains',
    example: 'example.com,example.ac.kr',
  }),
  INVITATION_TTL_SECONDS: positiveSeconds({
    default: 7 * 86_400,
    desc: 'lifetime of an invitation; at most 30 days in production',
  }),
  INVITATION_LINK_URL: linkTemplate({
    default: undefined,
    desc: 'page of the invitation link; default PUBLIC_URL/pages/invitation#token={token}',
  }),
};
