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

/** Why a login or a refresh looks like an attacker's. */
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
