import { suspicionFields } from './mail-kinds.js';
import type { MailTemplateName, MailTemplates } from './mail-template.js';

export const SAMPLE_CODE = '048213';
export const SAMPLE_TOKEN = 'q1Zr8nUoM3xkT0wVbE5yLd-JcHs_9aPf';
export const SAMPLE_LINK = `https://accounts.example/pages/some-page#token=${SAMPLE_TOKEN}`;
const requested = { requestedAt: '2026-11-22T05:37:12.345Z', network: '198.18.3.0/24' };
const occurred = { at: '2026-11-22T05:37:12.345Z', network: '198.18.3.0/24' };
const challenge = {
  ...requested,
  loginIdMasked: 'mi***m',
  name: 'Minsu',
  code: SAMPLE_CODE,
  link: SAMPLE_LINK,
  codeMinutes: 10,
  linkMinutes: 30,
};
const alert = { ...occurred, name: 'Minsu', notMeLink: SAMPLE_LINK };

/** Sample data for each mail, for the preview and for tests. */
export const MAIL_SAMPLES: { [Name in MailTemplateName]: MailTemplates[Name] } = {
  'sign-up': {
    ...requested,
    loginIdMasked: 'mi***m',
    name: 'Minsu',
    code: SAMPLE_CODE,
    link: SAMPLE_LINK,
    codeMinutes: 10,
    linkHours: 24,
  },
  'webhook-switched-off': { name: 'Minsu', host: 'backend.example', at: '2026-11-22T05:37:12.345Z' },
  'sign-up-existing': { ...requested, loginIdMasked: 'mi***m', loginUrl: 'https://app.example/login' },
  'password-reset': challenge,
  'find-login-id': { ...requested, code: SAMPLE_CODE, codeMinutes: 10 },
  'login-id': { ...requested, loginId: 'minsu.kim', memberSince: '2026-03' },
  'password-changed': { ...alert, loginIdMasked: 'mi***m', how: 'reset' },
  'session-reused': { ...alert, deviceName: 'Firefox on Linux' },
  'new-device': { ...alert, deviceName: 'Firefox on Linux', browser: 'Firefox' },
  'suspicious-login': {
    ...alert,
    ...suspicionFields(['new_country', 'success_after_failures']),
    deviceName: 'Firefox on Linux',
  },
  'login-locked': { ...alert, loginIdMasked: 'mi***m' },
  'two-factor-changed': { ...alert, what: 'recovery-code-used', recoveryCodesLeft: 3 },
  'identity-changed': { ...alert, loginIdMasked: 'mi***m', what: 'linked', provider: 'Google' },
  'provider-notice': { ...alert, loginIdMasked: 'mi***m', provider: 'Apple', what: 'unlinked' },
  'consent-reminder': {
    name: 'Minsu',
    loginIdMasked: 'mi***m',
    document: 'News by email',
    at: occurred.at,
    loginUrl: 'https://app.example/login',
  },
  'email-change': challenge,
  'email-changed': {
    ...occurred,
    loginIdMasked: 'mi***m',
    name: 'Minsu',
    newEmailMasked: 'n***@new.example',
    undoLink: SAMPLE_LINK,
    undoDays: 7,
  },
  'account-closed': { ...alert, loginIdMasked: 'mi***m', eraseOn: '2026-12-06T05:37:12.345Z' },
  'account-restored': { ...alert, loginIdMasked: 'mi***m' },
  'admin-action': {
    name: 'Minsu',
    loginIdMasked: 'mi***m',
    at: occurred.at,
    what: 'two-factor-removed',
    reason: 'Lost phone',
  },
  invitation: {
    code: SAMPLE_CODE,
    link: SAMPLE_LINK,
    page: SAMPLE_LINK.split('#')[0]!,
    codeHours: 24,
    expiresAt: '2026-12-06T05:37:12.345Z',
    reason: 'New colleague',
  },
  'email-correction': {
    name: 'Minsu',
    loginIdMasked: 'mi***m',
    at: occurred.at,
    link: SAMPLE_LINK,
    linkMinutes: 30,
    reason: 'Lost mailbox',
  },
  'set-password': {
    name: 'Minsu',
    loginIdMasked: 'mi***m',
    at: occurred.at,
    link: SAMPLE_LINK,
    linkMinutes: 30,
    why: 'account-created',
  },
};
