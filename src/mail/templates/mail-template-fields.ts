import type { Alert, EmailChallengeMail, MailTemplateName, MailTemplates } from './mail-template.js';

/** Which fields of a template are required; the compiler keeps this equal to mail-template.ts. */
type FieldsOf<Data> = {
  readonly [Field in keyof Data]-?: undefined extends Data[Field] ? 'optional' : 'required';
};

const ALERT_FIELDS: FieldsOf<Alert> = { name: 'optional', at: 'required', network: 'required', notMeLink: 'optional' };

const CHALLENGE_FIELDS: FieldsOf<EmailChallengeMail> = {
  loginIdMasked: 'required',
  name: 'optional',
  code: 'required',
  link: 'required',
  codeMinutes: 'required',
  linkMinutes: 'required',
  requestedAt: 'required',
  network: 'required',
};

/**
 * The fields of each template at run time. Data comes from an outbox row as JSON, which the
 * compiler cannot check, and a mail with a missing field must not be sent.
 */
export const MAIL_TEMPLATE_FIELDS: { readonly [Name in MailTemplateName]: FieldsOf<MailTemplates[Name]> } = {
  'sign-up': {
    loginIdMasked: 'required',
    name: 'optional',
    code: 'required',
    link: 'required',
    codeMinutes: 'required',
    linkHours: 'required',
    requestedAt: 'required',
    network: 'required',
  },
  invitation: {
    code: 'required',
    link: 'required',
    page: 'required',
    codeHours: 'required',
    expiresAt: 'required',
    isAdmin: 'optional',
    reason: 'optional',
  },
  'webhook-switched-off': { name: 'optional', host: 'required', at: 'required' },
  'sign-up-existing': {
    loginIdMasked: 'required',
    loginUrl: 'optional',
    provider: 'optional',
    reservedUntil: 'optional',
    closed: 'optional',
    requestedAt: 'required',
    network: 'required',
  },
  'password-reset': { ...CHALLENGE_FIELDS, after: 'optional' },
  'find-login-id': {
    code: 'required',
    codeMinutes: 'required',
    requestedAt: 'required',
    network: 'required',
  },
  'login-id': { loginId: 'required', memberSince: 'required', requestedAt: 'required', network: 'required' },
  'password-changed': { ...ALERT_FIELDS, loginIdMasked: 'required', how: 'required' },
  'session-reused': { ...ALERT_FIELDS, deviceName: 'required' },
  'new-device': { ...ALERT_FIELDS, deviceName: 'required', browser: 'optional', country: 'optional' },
  'suspicious-login': {
    ...ALERT_FIELDS,
    deviceName: 'required',
    country: 'optional',
    stopped: 'optional',
    new_device: 'optional',
    new_network: 'optional',
    new_country: 'optional',
    impossible_travel: 'optional',
    refresh_burst: 'optional',
    many_countries: 'optional',
    success_after_failures: 'optional',
    wrong_second_factor: 'optional',
    late_replay: 'optional',
    country_not_allowed: 'optional',
  },
  'login-locked': { ...ALERT_FIELDS, loginIdMasked: 'required' },
  'two-factor-changed': {
    ...ALERT_FIELDS,
    what: 'required',
    recoveryCodesLeft: 'optional',
    passkeyName: 'optional',
    isSecondStepOff: 'optional',
    removeOn: 'optional',
  },
  'identity-changed': { ...ALERT_FIELDS, loginIdMasked: 'required', what: 'required', provider: 'required' },
  'provider-notice': { ...ALERT_FIELDS, loginIdMasked: 'required', provider: 'required', what: 'required' },
  'consent-reminder': {
    name: 'optional',
    loginIdMasked: 'required',
    document: 'required',
    at: 'optional',
    loginUrl: 'optional',
  },
  'email-change': CHALLENGE_FIELDS,
  'email-changed': {
    name: 'optional',
    loginIdMasked: 'required',
    newEmailMasked: 'required',
    undoLink: 'optional',
    undoDays: 'required',
    at: 'required',
    network: 'required',
  },
  'account-closed': { ...ALERT_FIELDS, loginIdMasked: 'required', eraseOn: 'required' },
  'account-restored': { ...ALERT_FIELDS, loginIdMasked: 'required' },
  'admin-action': {
    name: 'optional',
    loginIdMasked: 'required',
    at: 'required',
    what: 'required',
    passkeyName: 'optional',
    isSecondStepOff: 'optional',
    provider: 'optional',
    reason: 'optional',
  },
  'email-correction': {
    name: 'optional',
    loginIdMasked: 'required',
    at: 'required',
    link: 'required',
    linkMinutes: 'required',
    reason: 'optional',
  },
  'set-password': {
    name: 'optional',
    loginIdMasked: 'required',
    at: 'required',
    link: 'required',
    linkMinutes: 'required',
    why: 'required',
    reason: 'optional',
  },
};

export const MAIL_TEMPLATE_NAMES = Object.keys(MAIL_TEMPLATE_FIELDS) as MailTemplateName[];

/** Whether a stored name is a known template. Names become paths, so unknown ones must not reach the file system. */
export function isMailTemplateName(name: string): name is MailTemplateName {
  return Object.hasOwn(MAIL_TEMPLATE_FIELDS, name);
}
