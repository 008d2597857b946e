import { daysInSeconds, natural, positiveSeconds, seconds } from './setting-types.js';

const DAY = 86_400;

/** How long tokens, codes and accounts live. */
export const LIFETIMES_ENVIRONMENT = {
  ACCESS_TOKEN_TTL_SECONDS: positiveSeconds({
    default: 600,
    desc: 'lifetime of an access token; at most 900 in production',
  }),
  REFRESH_IDLE_TTL_SECONDS: positiveSeconds({
    default: 14 * DAY,
    desc: 'a session that is not refreshed for this long ends; at most 14 days in production',
  }),
  REFRESH_ABSOLUTE_TTL_SECONDS: positiveSeconds({
    default: 30 * DAY,
    desc: 'a session ends this long after login; at most 30 days in production',
  }),
  REFRESH_GRACE_SECONDS: seconds({
    default: 10,
    desc: 'a refresh token used again this soon gets the same successor; at most 60 in production',
  }),
  REFRESH_LATE_REPLAYS: natural({
    default: 2,
    desc: 'generations in a row whose refresh token may come back after the grace; 0: none (docs/flows/refresh.md)',
  }),
  RESET_TOKEN_TTL_SECONDS: positiveSeconds({
    default: 600,
    desc: 'lifetime of the token that sets a new password; at most 600 in production',
  }),
  CODE_TTL_SECONDS: positiveSeconds({
    default: 600,
    desc: 'lifetime of a mailed code; at most 600 in production; the code of an invitation lives up to a day',
  }),
  RESET_LINK_TTL_SECONDS: positiveSeconds({
    default: 1800,
    desc: 'lifetime of a mailed reset link; at most 1800 in production',
  }),
  SIGN_UP_LINK_TTL_SECONDS: positiveSeconds({
    default: DAY,
    desc: 'lifetime of a mailed sign-up link; at most one day in production',
  }),
  SIGN_UP_CLAIM_TTL_SECONDS: positiveSeconds({
    default: 7 * DAY,
    desc: 'an unconfirmed sign-up is deleted after this long',
  }),
  NOT_ME_TTL_SECONDS: positiveSeconds({ default: 7 * DAY, desc: 'lifetime of the "it wasn\'t me" link' }),
  FACTOR_REMOVAL_WAIT_SECONDS: seconds({
    default: 3 * DAY,
    desc: 'after "it wasn\'t me", recent second factors still protect the account for this long',
  }),
  EMAIL_UNDO_SECONDS: daysInSeconds({
    default: 7 * DAY,
    desc: 'a change of the mail address can be undone for this long; at least one day',
  }),
  ACCOUNT_ERASURE_GRACE_SECONDS: seconds({
    default: 14 * DAY,
    desc: 'a closed account is erased after this long, unless its member logs in',
  }),
};
