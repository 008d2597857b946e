import type { Role } from '../../platform/http/principal.js';

/*
 * Every security event: what happened, in the past tense, and what is kept with it. `details` hold facts for the
 * timeline and the audit, never a secret and never an address. docs/events.md repeats this list; a test keeps them equal.
 */
export interface SecurityEvents {
  'sign-up.requested': { loginId: string };
  'sign-up.confirmed': { by: 'code' | 'link' };
  'sign-up.discarded': Record<string, never>;
  'login.succeeded': { newDevice: boolean };
  'login.failed': { reason: 'password' | 'unknown_identifier' | 'not_active' | 'passkey' };
  'login.throttled': Record<string, never>;
  'session.ended': { reason: SessionEndReason };
  'session.reuse_detected': { generation: number };
  'password.changed': Record<string, never>;
  'password.reset_requested': Record<string, never>;
  'password.reset_proven': { by: 'code' | 'link' | 'password' | 'passkey' };
  'password.reset': Record<string, never>;
  'login-id.requested': Record<string, never>;
  'login-id.revealed': { mailedInFull: boolean };
  'profile.changed': { fields: string[] };
  'email.change_requested': Record<string, never>;
  'email.changed': Record<string, never>;
  'email.change_undone': Record<string, never>;
  'account.not_me_reported': Record<string, never>;
  'account.closed': Record<string, never>;
  'account.restored': Record<string, never>;
  'login.second_factor_failed': Record<string, never>;
  'reauthentication.failed': Record<string, never>;
  'two-factor.enabled': Record<string, never>;
  'two-factor.disabled': Record<string, never>;
  'two-factor.recovery_codes_replaced': Record<string, never>;
  'two-factor.recovery_codes_removed': Record<string, never>;
  'two-factor.recovery_code_used': Record<string, never>;
  'risk.assessed': { at: RiskMoment; outcome: RiskOutcome; score: number; signals: WeighedSignal[]; dryRun: boolean };
  'passkey.registered': { name: string | null };
  'passkey.renamed': { name: string | null };
  'passkey.removed': { name: string | null };
  'passkey.counter_regressed': { passkeyId: string; expectedAbove: number; received: number };
  'two-factor.removed_by_admin': { factor: SecondFactorKind };
  'member.disabled': Record<string, never>;
  'member.enabled': Record<string, never>;
  'member.role_changed': { from: Role; to: Role };
  'password.reset_demanded': Record<string, never>;
  'session.all_ended_by_admin': Record<string, never>;
  'login.unlocked': Record<string, never>;
  'admin.created': Record<string, never>;
  'mail.retried': { mailId: string };
  'member.viewed': { what: 'details' | 'events' };
}

export type SecurityEventType = keyof SecurityEvents;

/** Why a session is over. */
export type SessionEndReason =
  | 'logout'
  | 'token-reuse'
  | 'password-changed'
  | 'password-reset'
  | 'ended-by-member'
  | 'taken-back'
  | 'account-closed'
  | 'too-many-sessions'
  | 'risk'
  | 'ended-by-admin'
  | 'password-reset-demanded'
  | 'role-changed'
  | 'two-factor-enabled'
  | 'disabled'
  | 'restored';

/** When it was asked whether it is the member: the password was right, the second factor was wrong, a session opens, a refresh. */
export type RiskMoment = 'password' | 'second-factor' | 'login' | 'refresh';

/** What follows from a judgement: nothing, a mail, a question that only the member can answer, the end. */
export type RiskOutcome = 'allow' | 'notify' | 'ask' | 'end';

/** What speaks for somebody else being at work; docs/flows/risk.md says when each is raised. */
export type RiskSignal =
  | 'new_device'
  | 'new_network'
  | 'new_country'
  | 'impossible_travel'
  | 'refresh_burst'
  | 'many_countries'
  | 'success_after_failures'
  | 'wrong_second_factor'
  | 'token_reuse';

/** A signal that was raised, and what it counted for. */
export interface WeighedSignal {
  readonly signal: RiskSignal;
  readonly weight: number;
}

/** What an administrator can take away for somebody who has lost it. */
export type SecondFactorKind = 'totp' | 'passkey';

/** The same list for code that needs it at run time; the compiler keeps it complete. */
export const SECURITY_EVENT_TYPES = Object.keys({
  'sign-up.requested': 0,
  'sign-up.confirmed': 0,
  'sign-up.discarded': 0,
  'login.succeeded': 0,
  'login.failed': 0,
  'login.throttled': 0,
  'session.ended': 0,
  'session.reuse_detected': 0,
  'password.changed': 0,
  'password.reset_requested': 0,
  'password.reset_proven': 0,
  'password.reset': 0,
  'login-id.requested': 0,
  'login-id.revealed': 0,
  'profile.changed': 0,
  'email.change_requested': 0,
  'email.changed': 0,
  'email.change_undone': 0,
  'account.not_me_reported': 0,
  'account.closed': 0,
  'account.restored': 0,
  'login.second_factor_failed': 0,
  'reauthentication.failed': 0,
  'two-factor.enabled': 0,
  'two-factor.disabled': 0,
  'two-factor.recovery_codes_replaced': 0,
  'two-factor.recovery_codes_removed': 0,
  'two-factor.recovery_code_used': 0,
  'risk.assessed': 0,
  'passkey.registered': 0,
  'passkey.renamed': 0,
  'passkey.removed': 0,
  'passkey.counter_regressed': 0,
  'two-factor.removed_by_admin': 0,
  'member.disabled': 0,
  'member.enabled': 0,
  'member.role_changed': 0,
  'password.reset_demanded': 0,
  'session.all_ended_by_admin': 0,
  'login.unlocked': 0,
  'admin.created': 0,
  'mail.retried': 0,
  'member.viewed': 0,
} satisfies Record<SecurityEventType, 0>) as SecurityEventType[];
