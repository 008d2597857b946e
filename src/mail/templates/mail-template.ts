/** How the password came to be changed: by the member who knew the old one, or through a mailed proof. */
export type PasswordChangeKind = 'changed' | 'reset';

/** What became of the second factor or of the recovery codes that stand in for it. */
export type TwoFactorChangeKind =
  | 'enabled'
  | 'disabled'
  | 'recovery-codes-replaced'
  | 'recovery-codes-removed'
  | 'recovery-code-used'
  | 'app-removed'
  | 'passkey-added'
  | 'passkey-removed';

/** What an administrator did to an account. */
export type AdminActionKind =
  | 'disabled'
  | 'enabled'
  | 'made-admin'
  | 'no-longer-admin'
  | 'logged-out'
  | 'two-factor-removed'
  | 'factor-removed'
  | 'unlocked';

/** Why somebody is asked to set a password without having asked for it. */
export type SetPasswordReason = 'account-created' | 'reset-demanded';

/** What makes a login look like somebody else's. */
export type SuspicionReason =
  | 'new_device'
  | 'new_network'
  | 'new_country'
  | 'impossible_travel'
  | 'refresh_burst'
  | 'many_countries'
  | 'success_after_failures'
  | 'wrong_second_factor';

/** Each reason as a field of its own, because a template prints text and numbers, not lists. */
export type SuspicionFields = { [Reason in SuspicionReason]?: 1 | undefined };

/** The reasons of a `suspicious-login` mail as its fields. Throws without any: a suspicion that says nothing only frightens. */
export function suspicionFields(reasons: readonly SuspicionReason[]): SuspicionFields {
  if (reasons.length === 0) throw new Error('mail template suspicious-login needs a reason');
  return Object.fromEntries(reasons.map((reason) => [reason, 1]));
}

/**
 * Every mail we send and what it needs to be told.
 * Times (`requestedAt`, `at`, `memberSince`, `eraseOn`) are ISO 8601; `network` is coarse (198.18.3.0/24), because an exact
 * address in a mail that ends up in the wrong hands would tell where somebody lives.
 * `notMeLink` opens a page that logs out all devices once its button is pressed. `country` is a name in the language of
 * the mail.
 */
export interface MailTemplates {
  /** Masked: it goes to an address that nobody has proven, and a login ID such as `evil.example` would become a link there. */
  'sign-up': Asked & {
    loginIdMasked: string;
    name?: string | undefined;
    code: string;
    link: string;
    codeMinutes: number;
    linkHours: number;
  };
  /** For the owner of an address that somebody tried to sign up with again. */
  'sign-up-existing': Asked & { loginIdMasked: string; loginUrl?: string | undefined };
  'password-reset': ProofOfMailbox;
  'find-login-id': Asked & { code: string; codeMinutes: number };
  /** The whole login ID; the only mail that answers with it. */
  'login-id': Asked & { loginId: string; memberSince: string };
  'password-changed': Alert & { loginIdMasked: string; how: PasswordChangeKind };
  /** A refresh token came back a second time, so its session was ended. */
  'session-reused': Alert & { deviceName: string };
  'new-device': Alert & { deviceName: string; browser?: string | undefined; country?: string | undefined };
  /** `stopped` where the login was refused, or its session ended. */
  'suspicious-login': Alert &
    SuspicionFields & { deviceName: string; country?: string | undefined; stopped?: 1 | undefined };
  /** Many failed logins from unknown devices, which have to wait now. */
  'login-locked': Alert & { loginIdMasked: string };
  'two-factor-changed': Alert & {
    what: TwoFactorChangeKind;
    recoveryCodesLeft?: number | undefined;
    /** As its owner calls it. */
    passkeyName?: string | undefined;
    /** The last passkey went, and with it the second step. */
    isSecondStepOff?: 1 | undefined;
  };
  /** To the new address, which is not proven yet. */
  'email-change': ProofOfMailbox;
  /** To the old address, once the new one is proven. */
  'email-changed': Happened & {
    name?: string | undefined;
    loginIdMasked: string;
    newEmailMasked: string;
    undoLink: string;
    undoDays: number;
  };
  'account-closed': Alert & { loginIdMasked: string; eraseOn: string };
  /** Somebody logged in to a closed account in time. */
  'account-restored': Alert & { loginIdMasked: string };
  /** No network: where administrators are is no business of members. */
  'admin-action': { name?: string | undefined; loginIdMasked: string; at: string; what: AdminActionKind };
  /** A link alone, because there is no page that waits for a code. */
  'set-password': {
    name?: string | undefined;
    loginIdMasked: string;
    at: string;
    link: string;
    linkMinutes: number;
    why: SetPasswordReason;
  };
}

/** A mail that somebody asked for: when, and from where. */
interface Asked {
  requestedAt: string;
  network: string;
}

/** A mail by whose code or link a member proves a mailbox. */
interface ProofOfMailbox extends Asked {
  loginIdMasked: string;
  name?: string | undefined;
  code: string;
  link: string;
  codeMinutes: number;
  linkMinutes: number;
}

/** A mail about something that took place: when, and from where. */
interface Happened {
  at: string;
  network: string;
}

/** A mail about something that somebody else may have done in the member's name. */
interface Alert extends Happened {
  name?: string | undefined;
  notMeLink?: string | undefined;
}

export type MailTemplateName = keyof MailTemplates;

/** For each field of a template, whether it may be missing; the compiler keeps this equal to the types above. */
type FieldsOf<Data> = {
  readonly [Field in keyof Data]-?: undefined extends Data[Field] ? 'optional' : 'required';
};

const ALERT_FIELDS: FieldsOf<Alert> = { name: 'optional', at: 'required', network: 'required', notMeLink: 'optional' };

const PROOF_FIELDS: FieldsOf<ProofOfMailbox> = {
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
 * The same list at run time: data comes back from an outbox row as JSON, where the compiler has no say.
 * A missing field must stop the mail rather than leave a hole where a code belongs.
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
  'sign-up-existing': {
    loginIdMasked: 'required',
    loginUrl: 'optional',
    requestedAt: 'required',
    network: 'required',
  },
  'password-reset': PROOF_FIELDS,
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
  },
  'login-locked': { ...ALERT_FIELDS, loginIdMasked: 'required' },
  'two-factor-changed': {
    ...ALERT_FIELDS,
    what: 'required',
    recoveryCodesLeft: 'optional',
    passkeyName: 'optional',
    isSecondStepOff: 'optional',
  },
  'email-change': PROOF_FIELDS,
  'email-changed': {
    name: 'optional',
    loginIdMasked: 'required',
    newEmailMasked: 'required',
    undoLink: 'required',
    undoDays: 'required',
    at: 'required',
    network: 'required',
  },
  'account-closed': { ...ALERT_FIELDS, loginIdMasked: 'required', eraseOn: 'required' },
  'account-restored': { ...ALERT_FIELDS, loginIdMasked: 'required' },
  'admin-action': { name: 'optional', loginIdMasked: 'required', at: 'required', what: 'required' },
  'set-password': {
    name: 'optional',
    loginIdMasked: 'required',
    at: 'required',
    link: 'required',
    linkMinutes: 'required',
    why: 'required',
  },
};

export const MAIL_TEMPLATE_NAMES = Object.keys(MAIL_TEMPLATE_FIELDS) as MailTemplateName[];

/** Whether a stored name is one of ours; a name becomes a folder, so a tampered row must not reach the disk with it. */
export function isMailTemplateName(name: string): name is MailTemplateName {
  return Object.hasOwn(MAIL_TEMPLATE_FIELDS, name);
}
