import { suspicionFields, type MailTemplateName, type MailTemplates } from '../../mail/templates/mail-template.js';

export const SAMPLE_CODE = '048213';
export const SAMPLE_TOKEN = 'q1Zr8nUoM3xkT0wVbE5yLd-JcHs_9aPf';
export const SAMPLE_LINK = `https://accounts.example/pages/some-page#token=${SAMPLE_TOKEN}`;
const asked = { requestedAt: '2026-11-22T05:37:12.345Z', network: '198.18.3.0/24' };
const happened = { at: '2026-11-22T05:37:12.345Z', network: '198.18.3.0/24' };
const proof = {
  ...asked,
  loginIdMasked: 'mi***m',
  name: 'Minsu',
  code: SAMPLE_CODE,
  link: SAMPLE_LINK,
  codeMinutes: 10,
  linkMinutes: 30,
};
const alert = { ...happened, name: 'Minsu', notMeLink: SAMPLE_LINK };

/** One example for each mail: for looking at them (see mail-preview.controller.ts), and for their tests. */
export const MAIL_SAMPLES: { [Name in MailTemplateName]: MailTemplates[Name] } = {
  'sign-up': {
    ...asked,
    loginIdMasked: 'mi***m',
    name: 'Minsu',
    code: SAMPLE_CODE,
    link: SAMPLE_LINK,
    codeMinutes: 10,
    linkHours: 24,
  },
  'sign-up-existing': { ...asked, loginIdMasked: 'mi***m', loginUrl: 'https://app.example/login' },
  'password-reset': proof,
  'find-login-id': { ...asked, code: SAMPLE_CODE, codeMinutes: 10 },
  'login-id': { ...asked, loginId: 'minsu.kim', memberSince: '2026-03' },
  'password-changed': { ...alert, loginIdMasked: 'mi***m', how: 'reset' },
  'session-reused': { ...alert, deviceName: 'Firefox on Linux' },
  'new-device': { ...alert, deviceName: 'Firefox on Linux', browser: 'Firefox', country: 'Norge' },
  'suspicious-login': {
    ...alert,
    ...suspicionFields(['new_country', 'success_after_failures']),
    deviceName: 'Firefox on Linux',
    country: 'Norge',
  },
  'login-locked': { ...alert, loginIdMasked: 'mi***m' },
  'two-factor-changed': { ...alert, what: 'recovery-code-used', recoveryCodesLeft: 3 },
  'email-change': proof,
  'email-changed': {
    ...happened,
    loginIdMasked: 'mi***m',
    name: 'Minsu',
    newEmailMasked: 'n***@new.example',
    undoLink: SAMPLE_LINK,
    undoDays: 7,
  },
  'account-closed': { ...alert, loginIdMasked: 'mi***m', eraseOn: '2026-12-06T05:37:12.345Z' },
  'account-restored': { ...alert, loginIdMasked: 'mi***m' },
  'admin-action': { name: 'Minsu', loginIdMasked: 'mi***m', at: happened.at, what: 'two-factor-removed' },
  'set-password': {
    name: 'Minsu',
    loginIdMasked: 'mi***m',
    at: happened.at,
    link: SAMPLE_LINK,
    linkMinutes: 30,
    why: 'account-created',
  },
};
