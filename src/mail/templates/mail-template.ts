/** `changed`: the member entered the old password. `reset`: by a mailed code or link. */
export type PasswordChangeKind = 'changed' | 'reset';

/** A change of a second factor or of the recovery codes. */
export type TwoFactorChangeKind =
  | 'enabled'
  | 'disabled'
  | 'recovery-codes-replaced'
  | 'recovery-codes-removed'
  | 'recovery-code-used'
  | 'app-removed'
  | 'removal-scheduled'
  | 'removal-cancelled'
  | 'passkey-added'
  | 'passkey-removed';

/** A change of the accounts at providers with which a member logs in. */
export type IdentityChangeKind = 'linked' | 'unlinked' | 'signed-up';

/** What followed from a report of a provider. */
export type ProviderNoticeEffect = 'unlinked' | 'logged-out';

/** An action of an administrator on an account. */
export type AdminActionKind =
  | 'disabled'
  | 'enabled'
  | 'made-admin'
  | 'no-longer-admin'
  | 'logged-out'
  | 'session-ended'
  | 'two-factor-removed'
  | 'factor-removed'
  | 'passkey-removed'
  | 'account-unlinked'
  | 'accounts-unlinked'
  | 'unlocked'
  | 'email-change-requested'
  | 'closed'
  | 'erased';

/** Why a member must set a password without having requested it. */
export type SetPasswordReason = 'account-created' | 'reset-demanded';

/** What secured the account: "it wasn't me", or undoing an address change. */
export type AccountRecoveryKind = 'not-me' | 'email-undo';

/** Why a login looks like an attacker's. */
export type SuspicionReason =
  | 'new_device'
  | 'new_network'
  | 'new_country'
  | 'impossible_travel'
  | 'refresh_burst'
  | 'many_countries'
  | 'success_after_failures'
  | 'wrong_second_factor'
  | 'late_replay'
  | 'country_not_allowed';

/** One field per reason, because templates accept text and numbers, not lists. */
export type SuspicionFields = { [Reason in SuspicionReason]?: 1 | undefined };

/**
 * Converts the reasons of a `suspicious-login` mail to its fields.
 *
 * @throws Error if there is no reason, because the mail would alarm its reader without an explanation
 */
export function suspicionFields(reasons: readonly SuspicionReason[]): SuspicionFields {
  if (reasons.length === 0) throw new Error('mail template suspicious-login needs a reason');
  return Object.fromEntries(reasons.map((reason) => [reason, 1]));
}

/**
 * Every mail and its data.
 * - Times (`requestedAt`, `at`, `memberSince`, `eraseOn`) are ISO 8601.
 * - `network` is coarse (198.18.3.0/24). Mails show only its country: the numbers mean nothing to
 *   most readers, and an exact address would reveal to a wrong reader where the member is.
 * - `notMeLink` opens a page whose button logs out all devices.
 * - `country` is a name in the language of the mail.
 */
export interface MailTemplates {
  /** The login ID is masked: the address is not proven, and a login ID such as `evil.example` would become a link. */
  'sign-up': Requested & {
    loginIdMasked: string;
    name?: string | undefined;
    code: string;
    link: string;
    codeMinutes: number;
    linkHours: number;
  };
  /** To an address that may know nothing of this service. */
  invitation: {
    code: string;
    link: string;
    /** Where the code is entered. */
    page: string;
    codeHours: number;
    expiresAt: string;
    isAdmin?: 1 | undefined;
    /** In the words of the administrator. */
    reason?: string | undefined;
  };
  /** For a member whose present or previous address was used for another sign-up. */
  'sign-up-existing': Requested & {
    loginIdMasked: string;
    loginUrl?: string | undefined;
    /** Set if the account is closed and not erased yet: logging in opens it again. */
    closed?: 1 | undefined;
    /** The provider of the account that was used for the sign-up. */
    provider?: string | undefined;
    /** Set for a previous address: when the address change can no longer be undone. */
    reservedUntil?: string | undefined;
  };
  /** `after` is set if the account was secured. Optional, because a mail of an older server lacks it. */
  'password-reset': EmailChallengeMail & { after?: AccountRecoveryKind | undefined };
  'find-login-id': Requested & { code: string; codeMinutes: number };
  /** The only mail that contains the full login ID. */
  'login-id': Requested & { loginId: string; memberSince: string };
  'password-changed': Alert & { loginIdMasked: string; how: PasswordChangeKind };
  /** A refresh token was used a second time, so its session was ended. */
  'session-reused': Alert & { deviceName: string };
  'new-device': Alert & { deviceName: string; browser?: string | undefined; country?: string | undefined };
  /** `stopped` if the login was refused or its session was ended. */
  'suspicious-login': Alert &
    SuspicionFields & { deviceName: string; country?: string | undefined; stopped?: 1 | undefined };
  /** Many logins from unknown devices failed, and such devices now have to wait. */
  'login-locked': Alert & { loginIdMasked: string };
  'two-factor-changed': Alert & {
    what: TwoFactorChangeKind;
    recoveryCodesLeft?: number | undefined;
    /** The name that the member gave the passkey. */
    passkeyName?: string | undefined;
    /** Set if the last second factor was removed. */
    isSecondStepOff?: 1 | undefined;
    /** With `removal-scheduled`: when the disputed second step is removed. */
    removeOn?: string | undefined;
  };
  /** `provider` is its display name. The account's address there is left out: an attacker may have chosen it. */
  'identity-changed': Alert & { loginIdMasked: string; what: IdentityChangeKind; provider: string };
  /** A provider reported that the member's account there is gone, or used by another person. */
  'provider-notice': Alert & { loginIdMasked: string; provider: string; what: ProviderNoticeEffect };
  /** To each administrator. `host` is the one of the webhook's URL; the rest of a URL may hold a secret. */
  'webhook-switched-off': { name?: string | undefined; host: string; at: string };
  /** The law requires a reminder to members who agreed to advertising. */
  'consent-reminder': {
    name?: string | undefined;
    loginIdMasked: string;
    /** Titles of the documents, in the language in which they were agreed to. */
    document: string;
    /** When they were agreed to; absent where each title has a time of its own. */
    at?: string | undefined;
    loginUrl?: string | undefined;
  };
  /** To the new address, which is not proven yet. */
  'email-change': EmailChallengeMail;
  /** To the old address, once the new one is proven. */
  'email-changed': Occurred & {
    name?: string | undefined;
    loginIdMasked: string;
    newEmailMasked: string;
    /** Absent where the member moved back to an earlier address. */
    undoLink?: string | undefined;
    undoDays: number;
  };
  'account-closed': Alert & { loginIdMasked: string; eraseOn: string };
  /** A closed account was restored by a login before its erasure. */
  'account-restored': Alert & { loginIdMasked: string };
  /** Without network, so that members do not learn where administrators are. */
  'admin-action': {
    name?: string | undefined;
    loginIdMasked: string;
    at: string;
    what: AdminActionKind;
    passkeyName?: string | undefined;
    isSecondStepOff?: 1 | undefined;
    /** Of the account that was unlinked. */
    provider?: string | undefined;
    /** In the words of the administrator. */
    reason?: string | undefined;
  };
  /** To an address that an administrator entered. A link without a code, because no page waits for a code. */
  'email-correction': {
    name?: string | undefined;
    loginIdMasked: string;
    at: string;
    link: string;
    linkMinutes: number;
    /** In the words of the administrator. */
    reason?: string | undefined;
  };
  /** A link without a code, because no page waits for a code. */
  'set-password': {
    name?: string | undefined;
    loginIdMasked: string;
    at: string;
    link: string;
    linkMinutes: number;
    why: SetPasswordReason;
    /** In the words of the administrator who demanded it. */
    reason?: string | undefined;
  };
}

/** A mail sent on request: when and from where. */
interface Requested {
  requestedAt: string;
  network: string;
}

/** A mail whose code or link proves that the recipient controls the mailbox. */
interface EmailChallengeMail extends Requested {
  loginIdMasked: string;
  name?: string | undefined;
  code: string;
  link: string;
  codeMinutes: number;
  linkMinutes: number;
}

/** A mail about an event: when and from where. */
interface Occurred {
  at: string;
  network: string;
}

/** A mail about an event that an attacker may have caused. */
interface Alert extends Occurred {
  name?: string | undefined;
  notMeLink?: string | undefined;
}

export type MailTemplateName = keyof MailTemplates;

/** Which fields of a template are required; the compiler keeps this equal to the types above. */
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
