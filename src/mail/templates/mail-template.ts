import type {
  AccountRecoveryKind,
  AdminActionKind,
  IdentityChangeKind,
  PasswordChangeKind,
  ProviderNoticeEffect,
  SetPasswordReason,
  SuspicionFields,
  TwoFactorChangeKind,
} from './mail-kinds.js';

/**
 * Every mail and its data.
 * - Times (`requestedAt`, `at`, `memberSince`, `eraseOn`) are ISO 8601.
 * - `network` is coarse (198.18.3.0/24). Mails show only its country: the numbers mean nothing to
 *   most readers, and an exact address would reveal to a wrong reader where the member is.
 * - `notMeLink` opens a page whose button logs out all devices.
 * - `country` is ISO 3166-1 alpha-2, and printed as a name in the language of the mail. A mail without
 *   it shows the country of its `network`.
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
export interface EmailChallengeMail extends Requested {
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
export interface Alert extends Occurred {
  name?: string | undefined;
  notMeLink?: string | undefined;
}

export type MailTemplateName = keyof MailTemplates;
