import { PASSKEY_ENVIRONMENT } from './passkey-environment.js';
import { count, flag, positiveSeconds } from './setting-types.js';

/** How much members and strangers may ask for. */
export const LIMITS_ENVIRONMENT = {
  CODE_RESEND_SECONDS: positiveSeconds({
    default: 60,
    desc: 'shortest time between two mails of one kind to one address',
  }),
  MAILS_PER_ADDRESS_PER_HOUR: count({
    default: 5,
    desc: 'mails per hour that outsiders can cause to one address; a fifth is reserved for recoveries (docs/adr/0004-mail-budget.md)',
  }),
  CODE_GUESS_LIMIT: count({ default: 5, desc: 'guesses allowed per code' }),
  DAILY_GUESS_LIMIT: count({ default: 50, desc: 'guesses per address and day over all its codes' }),
  LOGIN_FAILURE_LIMIT: count({
    default: 10,
    desc: 'failed logins to an account from unknown devices before the first wait',
  }),
  LOGIN_FIRST_WAIT_SECONDS: positiveSeconds({
    default: 30,
    desc: 'first wait; each further failure doubles it',
  }),
  LOGIN_MAX_WAIT_SECONDS: positiveSeconds({ default: 900, desc: 'longest wait' }),
  LOGIN_FAILURE_HARD_LIMIT: count({
    default: 100,
    desc: 'failures in a row after which only a reset or a known device gets in (NIST SP 800-63B-4)',
  }),
  MFA_TOKEN_TTL_SECONDS: positiveSeconds({
    default: 300,
    desc: 'time for the second factor after the password; at most 300 in production',
  }),
  MFA_FAILURE_LIMIT: count({
    default: 5,
    desc: 'wrong second factors for an account before the first wait',
  }),
  ...PASSKEY_ENVIRONMENT,
  REAUTHENTICATION_SECONDS: positiveSeconds({
    default: 300,
    desc: 'sensitive operations need a login or password check this recent; at most 300 in production',
  }),
  LOGIN_IP_FAILURE_LIMIT: count({
    default: 45,
    desc: 'failed logins per client address in 15 minutes, over all accounts',
  }),
  IP_REQUEST_LIMIT: count({
    default: 120,
    devDefault: 100_000,
    desc: 'requests per client address in 10 minutes that send mail, set passwords or check login IDs; the same number again for logins with a passkey',
  }),
  API_KEY_REQUESTS_PER_MINUTE: count({ default: 6000, desc: 'requests per API key, minute and server' }),
  LOGIN_ID_CHECK_ENABLED: flag({
    default: true,
    desc: 'serve POST /api/auth/login-id/check, else 404',
  }),
  SESSIONS_PER_MEMBER: count({
    default: 20,
    desc: 'most sessions per member; a new one ends the longest unused',
  }),
};
