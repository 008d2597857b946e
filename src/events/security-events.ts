/*
 * Every security event: what happened, in the past tense, and what is kept with it. `details` hold facts for the
 * timeline and the audit, never a secret and never an address. docs/events.md repeats this list; a test keeps them equal.
 */
export interface SecurityEvents {
  'sign-up.requested': { loginId: string };
  'sign-up.confirmed': { by: 'code' | 'link' };
  'sign-up.discarded': Record<string, never>;
  'login.succeeded': { newDevice: boolean };
  'login.failed': { reason: 'password' | 'unknown_identifier' | 'not_active' };
  'login.throttled': Record<string, never>;
  'session.ended': { reason: SessionEndReason };
  'session.reuse_detected': { generation: number };
  'password.changed': Record<string, never>;
  'password.change_refused': Record<string, never>;
  'password.reset_requested': Record<string, never>;
  'password.reset_proven': { by: 'code' | 'link' };
  'password.reset': Record<string, never>;
  'login-id.requested': Record<string, never>;
  'login-id.revealed': { mailedInFull: boolean };
  'profile.changed': { fields: string[] };
}

export type SecurityEventType = keyof SecurityEvents;

/** Why a session is over. */
export type SessionEndReason =
  'logout' | 'token-reuse' | 'password-changed' | 'password-reset' | 'ended-by-member' | 'too-many-sessions';

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
  'password.change_refused': 0,
  'password.reset_requested': 0,
  'password.reset_proven': 0,
  'password.reset': 0,
  'login-id.requested': 0,
  'login-id.revealed': 0,
  'profile.changed': 0,
} satisfies Record<SecurityEventType, 0>) as SecurityEventType[];
