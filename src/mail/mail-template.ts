/** How the password came to be changed: by the member who knew the old one, or through a mailed proof. */
export type PasswordChangeKind = 'changed' | 'reset';

/**
 * Every mail we send and what it needs to be told.
 * Times (`requestedAt`, `at`, `memberSince`) are ISO 8601; `network` is coarse (198.18.3.0/24), because an exact
 * address in a mail that ends up in the wrong hands would tell where somebody lives.
 */
export interface MailTemplates {
  'sign-up': Asked & {
    loginId: string;
    name?: string | undefined;
    code: string;
    link: string;
    codeMinutes: number;
    linkHours: number;
  };
  /** For the owner of an address that somebody tried to sign up with again. */
  'sign-up-existing': Asked & { loginIdMasked: string; loginUrl?: string | undefined };
  'password-reset': Asked & {
    loginIdMasked: string;
    name?: string | undefined;
    code: string;
    link: string;
    codeMinutes: number;
    linkMinutes: number;
  };
  'find-login-id': Asked & { code: string; link?: string | undefined; codeMinutes: number };
  /** The whole login ID; the only mail that answers with it. */
  'login-id': Asked & { loginId: string; memberSince: string };
  'password-changed': Happened & {
    name?: string | undefined;
    loginIdMasked: string;
    how: PasswordChangeKind;
    resetUrl?: string | undefined;
  };
  /** A refresh token came back a second time, so its session was ended. */
  'session-reused': Happened & { name?: string | undefined; deviceName: string };
  'new-device': Happened & { name?: string | undefined; deviceName: string };
}

/** A mail that somebody asked for: when, and from where. */
interface Asked {
  requestedAt: string;
  network: string;
}

/** A mail about something that took place: when, and from where. */
interface Happened {
  at: string;
  network: string;
}

export type MailTemplateName = keyof MailTemplates;

/** For each field of a template, whether it may be missing; the compiler keeps this equal to the types above. */
type FieldsOf<Data> = {
  readonly [Field in keyof Data]-?: undefined extends Data[Field] ? 'optional' : 'required';
};

/**
 * The same list at run time: data comes back from an outbox row as JSON, where the compiler has no say.
 * A missing field must stop the mail rather than leave a hole where a code belongs.
 */
export const MAIL_TEMPLATE_FIELDS: { readonly [Name in MailTemplateName]: FieldsOf<MailTemplates[Name]> } = {
  'sign-up': {
    loginId: 'required',
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
  'password-reset': {
    loginIdMasked: 'required',
    name: 'optional',
    code: 'required',
    link: 'required',
    codeMinutes: 'required',
    linkMinutes: 'required',
    requestedAt: 'required',
    network: 'required',
  },
  'find-login-id': {
    code: 'required',
    link: 'optional',
    codeMinutes: 'required',
    requestedAt: 'required',
    network: 'required',
  },
  'login-id': { loginId: 'required', memberSince: 'required', requestedAt: 'required', network: 'required' },
  'password-changed': {
    name: 'optional',
    loginIdMasked: 'required',
    how: 'required',
    resetUrl: 'optional',
    at: 'required',
    network: 'required',
  },
  'session-reused': { name: 'optional', deviceName: 'required', at: 'required', network: 'required' },
  'new-device': { name: 'optional', deviceName: 'required', at: 'required', network: 'required' },
};

export const MAIL_TEMPLATE_NAMES = Object.keys(MAIL_TEMPLATE_FIELDS) as MailTemplateName[];

/** Whether a stored name is one of ours; a name becomes a folder, so a tampered row must not reach the disk with it. */
export function isMailTemplateName(name: string): name is MailTemplateName {
  return Object.hasOwn(MAIL_TEMPLATE_FIELDS, name);
}
