/** Reasons why a person cannot, or perhaps cannot, log in: in the order in which {@link LoginDiagnosisService} reports them. */
export const FINDING_CODES = [
  'identifier_malformed',
  'import_unproven',
  'sign_up_address_taken',
  'sign_up_mail_failed',
  'sign_up_mail_waiting',
  'sign_up_mail_withheld',
  'sign_up_unconfirmed',
  'sign_up_expired',
  'no_account',
  'address_changed',
  'member_disabled',
  'account_closed',
  'account_erasing',
  'login_locked',
  'login_throttled',
  'second_factor_throttled',
  'password_change_required',
  'no_password',
  'terms_required',
  'login_refused_by_risk',
  'session_ended_by_risk',
  'second_factor_wrong',
  'password_wrong',
  'mail_failed',
  'mail_waiting',
  'mail_domain_failing',
  'no_obstacle',
] as const;

export type FindingCode = (typeof FINDING_CODES)[number];

/** The operation of the administration that helps. */
export const FINDING_ACTIONS = ['enable', 'unlock', 'password_reset', 'remove_factor', 'retry_mail'] as const;

export type FindingAction = (typeof FINDING_ACTIONS)[number];

/** One reason, with its facts. Undefined fields are left out of the answer. */
export interface LoginFinding {
  readonly code: FindingCode;
  /** Since when, or when it happened. */
  readonly at?: Date | undefined;
  /** When it ends by itself. For a closed account: when it is erased. For `mail_waiting`: when the next attempt is due. */
  readonly until?: Date | undefined;
  readonly params?: Readonly<Record<string, unknown>> | undefined;
  readonly action?: FindingAction | undefined;
}
