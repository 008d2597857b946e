import type { NoticeKind } from '../../platform/federation/notices/provider-notice.js';
import type { Role } from '../../platform/http/principal.js';

/**
 * Every security event and its details. An event is named in the past tense. Details hold facts for
 * the security activity page and the audit log, never a secret and never an address. docs/events.md
 * repeats this table; a test compares them.
 */
const SECURITY_EVENTS = {
  'sign-up.requested': details<{ loginId: string }>(),
  'sign-up.confirmed': details<{ by: 'code' | 'link' | 'provider' }>(),
  'sign-up.discarded': details(),
  'login.succeeded': details<{ newDevice: boolean }>(),
  'login.failed': details<{ reason: 'password' | 'unknown_identifier' | 'not_active' | 'passkey' }>(),
  'login.throttled': details(),
  'login.password_change_required': details<{ by: 'password' | 'passkey' | 'federated' }>(),
  'login.terms_required': details<{ by: 'password' | 'passkey' | 'federated' }>(),
  'session.ended': details<{ reason: SessionEndReason }>(),
  'session.reuse_detected': details<{ generation: number }>(),
  'session.late_replay': details<{ generation: number; inARow: number }>(),
  'password.changed': details(),
  'password.reset_requested': details(),
  'password.reset_proven': details<{ by: 'code' | 'link' }>(),
  'password.reset': details(),
  'login-id.requested': details(),
  'login-id.revealed': details<{ mailedInFull: boolean }>(),
  'login-id.chosen': details(),
  'profile.changed': details<{ fields: string[] }>(),
  'consent.given': details<{ document: string; version: string }>(),
  'consent.withdrawn': details<{ document: string; version: string }>(),
  'email.change_requested': details(),
  'email.changed': details(),
  'email.change_undone': details(),
  'account.not_me_reported': details(),
  'account.closed': details(),
  'account.restored': details(),
  'login.second_factor_failed': details(),
  'reauthentication.failed': details(),
  'two-factor.enabled': details(),
  'two-factor.disabled': details(),
  'two-factor.recovery_codes_replaced': details(),
  'two-factor.recovery_codes_removed': details(),
  'two-factor.recovery_code_used': details(),
  'two-factor.removal_scheduled': details(),
  'two-factor.removal_cancelled': details(),
  'risk.assessed': details<{
    at: RiskMoment;
    outcome: RiskOutcome;
    score: number;
    signals: WeighedSignal[];
    dryRun: boolean;
  }>(),
  'passkey.registered': details<{ name: string | null }>(),
  'passkey.renamed': details<{ name: string | null }>(),
  'passkey.removed': details<{ name: string | null }>(),
  'passkey.counter_regressed': details<{ passkeyId: string; expectedAbove: number; received: number }>(),
  'identity.linked': details<{ provider: string }>(),
  'identity.unlinked': details<{ provider: string }>(),
  'identity.notice_received': details<{ provider: string; notice: NoticeKind }>(),
  'two-factor.removed_by_admin': details<{ factor: SecondFactorKind }>(),
  'member.disabled': details(),
  'member.enabled': details(),
  'member.imported': details(),
  'member.role_changed': details<{ from: Role; to: Role }>(),
  'password.reset_demanded': details<{ reason: 'precaution' | 'compromised' }>(),
  'session.all_ended_by_admin': details(),
  'login.unlocked': details(),
  'admin.created': details(),
  'member.erasure_demanded': details<{ atOnce: boolean }>(),
  'invitation.created': details<{ invitationId: string; role: Role }>(),
  'invitation.resent': details<{ invitationId: string }>(),
  'invitation.withdrawn': details<{ invitationId: string }>(),
  'invitation.accepted': details<{ invitationId: string; role: Role }>(),
  'mail.retried': details<{ mailId: string }>(),
  'api-key.created': details<{ apiKey: string; name: string; scopes: readonly string[] }>(),
  'api-key.rotated': details<{ apiKey: string; name: string }>(),
  'api-key.revoked': details<{ apiKey: string; name: string }>(),
  'webhook.created': details<{ webhookId: string }>(),
  'webhook.changed': details<{ webhookId: string }>(),
  'webhook.deleted': details<{ webhookId: string }>(),
  'webhook.secret_rotated': details<{ webhookId: string }>(),
  'webhook.tested': details<{ webhookId: string }>(),
  'webhook.delivery_retried': details<{ webhookId: string; deliveryId: string }>(),
  'member.viewed': details<{ what: ViewedPart }>(),
  'members.listed': details<{ members: number; filter: Record<string, string> }>(),
};

export type SecurityEvents = typeof SECURITY_EVENTS;
export type SecurityEventType = keyof SecurityEvents;

export const SECURITY_EVENT_TYPES = Object.keys(SECURITY_EVENTS) as SecurityEventType[];

/** Declares the details of an event. Only the type is used, never the value. */
function details<Details = Record<string, never>>(): Details {
  return {} as Details;
}

/** The part of a member's data that an administrator read. */
export type ViewedPart =
  'details' | 'events' | 'login-diagnosis' | 'sessions' | 'mails' | 'challenges' | 'deliveries' | 'export';

/** Why a session ended. */
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
  | 'restored'
  | 'provider-notice';

/**
 * When the risk was assessed: `password` after right factors that another login step has to follow,
 * `second-factor` after a wrong one, `login` before a session opens, `refresh` at a refresh.
 */
export type RiskMoment = 'password' | 'second-factor' | 'login' | 'refresh';

/**
 * What follows from an assessment: nothing; a mail; a mail and, for sensitive operations of a
 * refreshed session, another password check; or a refused login or ended session.
 */
export type RiskOutcome = 'allow' | 'notify' | 'ask' | 'end';

/**
 * A sign that another person uses the account; docs/flows/risk.md describes when each is raised.
 */
export type RiskSignal =
  | 'new_device'
  | 'new_network'
  | 'new_country'
  | 'impossible_travel'
  | 'refresh_burst'
  | 'many_countries'
  | 'success_after_failures'
  | 'wrong_second_factor'
  | 'late_replay'
  | 'country_not_allowed'
  | 'token_reuse';

/** A raised signal and its share of the score. */
export interface WeighedSignal {
  readonly signal: RiskSignal;
  readonly weight: number;
}

/** A second factor that an administrator can remove for a member who lost it. */
export type SecondFactorKind = 'totp' | 'passkey';
