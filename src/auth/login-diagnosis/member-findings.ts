import type { DomainFailures } from '../../mail/outbox/outbox-failures.service.js';
import type { MailFate } from '../../mail/outbox/outbox-failures.repository.js';
import type { WaysIn } from '../../mfa/ways-in.service.js';
import type { LastEvent } from '../../security/audit-log/last-events.repository.js';
import type { SecurityEvents, SecurityEventType } from '../../security/audit-log/security-events.js';
import type { AccountFailures } from '../../security/rate-limits/login-failures.repository.js';
import type { MemberDetailsRow } from '../../users/member-search.repository.js';
import type { LoginFinding } from './login-finding.js';

/** The types of events that the rules read. */
export const READ_EVENTS = [
  ...['member.disabled', 'password.reset_demanded', 'risk.assessed'],
  ...['login.succeeded', 'login.failed', 'login.second_factor_failed', 'login.terms_required'],
] as readonly SecurityEventType[];

/** The state of one member, as far as logins depend on it. */
export interface MemberFacts {
  readonly member: MemberDetailsRow;
  /** When a closed account is erased. */
  readonly erasedAt: Date | null;
  readonly isRestorable: boolean;
  readonly passwords: AccountFailures;
  readonly secondFactors: AccountFailures;
  readonly waysIn: WaysIn;
  readonly events: ReadonlyMap<SecurityEventType, LastEvent>;
  readonly lastMail: MailFate | null;
  readonly domainFailures: DomainFailures | null;
}

type Rule = (facts: MemberFacts) => LoginFinding | null;

/** One rule for each finding, the most decisive first (AC-02). */
const RULES: readonly Rule[] = [
  isDisabled,
  isClosed,
  waitsForPasswords,
  waitsForSecondFactors,
  mustChangePassword,
  hasNoPassword,
  mustAgreeToTerms,
  wasRefusedByRisk,
  hadWrongSecondFactor,
  hadWrongPassword,
  ({ lastMail }) => mailFinding(lastMail),
  ({ domainFailures }) => domainFinding(domainFailures),
];

/** What keeps this member from logging in; `no_obstacle` where nothing is found. */
export function memberFindings(facts: MemberFacts): LoginFinding[] {
  const findings = RULES.flatMap((rule) => rule(facts) ?? []);
  return findings.length > 0 ? findings : [{ code: 'no_obstacle', at: facts.events.get('login.succeeded')?.at }];
}

/** For an administrator's own account: administrators cannot remove their own factor (AD-02). */
export function withoutFactorRemoval(findings: readonly LoginFinding[]): LoginFinding[] {
  return findings.map((finding) => (finding.action === 'remove_factor' ? { ...finding, action: undefined } : finding));
}

function isDisabled({ member, events }: MemberFacts): LoginFinding | null {
  if (member.status !== 'disabled') return null;
  const event = events.get('member.disabled');
  return { code: 'member_disabled', at: event?.at, params: actorOf(event), action: 'enable' };
}

function isClosed({ member, erasedAt, isRestorable }: MemberFacts): LoginFinding | null {
  if (member.status !== 'closed') return null;
  const times = { at: member.closedAt ?? undefined, until: erasedAt ?? undefined };
  return { code: isRestorable ? 'account_closed' : 'account_erasing', ...times };
}

function waitsForPasswords({ passwords: { isWaiting, isEndless, until, failures } }: MemberFacts): LoginFinding | null {
  if (!isWaiting) return null;
  if (isEndless) return { code: 'login_locked', params: { failures }, action: 'unlock' };
  return { code: 'login_throttled', until: until ?? undefined, params: { failures }, action: 'unlock' };
}

function waitsForSecondFactors({ secondFactors: { isWaiting, until, failures } }: MemberFacts): LoginFinding | null {
  if (!isWaiting) return null;
  return { code: 'second_factor_throttled', until: until ?? undefined, params: { failures }, action: 'unlock' };
}

function mustChangePassword({ member, events }: MemberFacts): LoginFinding | null {
  if (!member.mustChangePassword) return null;
  const event = events.get('password.reset_demanded');
  const params = { ...actorOf(event), why: event?.details.reason };
  return { code: 'password_change_required', at: event?.at, params, action: 'password_reset' };
}

function hasNoPassword({ member, waysIn: { identities, passkeys } }: MemberFacts): LoginFinding | null {
  if (member.hasPassword || member.mustChangePassword) return null;
  return {
    code: 'no_password',
    params: { providers: identities.map(({ provider }) => provider), passkeys: passkeys.length },
    action: 'password_reset',
  };
}

/** The last login stopped at a new version of a document. The member may have agreed in another session since. */
function mustAgreeToTerms({ events }: MemberFacts): LoginFinding | null {
  const event = sinceLastLogin('login.terms_required', events);
  return event === null ? null : { code: 'terms_required', at: event.at };
}

function wasRefusedByRisk({ events }: MemberFacts): LoginFinding | null {
  const event = sinceLastLogin('risk.assessed', events);
  if (event === null) return null;
  const { at: moment, signals } = event.details as SecurityEvents['risk.assessed'];
  const isRefresh = moment === 'refresh';
  return {
    code: isRefresh ? 'session_ended_by_risk' : 'login_refused_by_risk',
    at: event.at,
    params: { signals: signals.map(({ signal }) => signal) },
    // Clears the failures, which are most of the score of a refused login. A session that ended may
    // have been a thief's.
    action: isRefresh ? 'password_reset' : 'unlock',
  };
}

function hadWrongSecondFactor({ secondFactors, waysIn, events }: MemberFacts): LoginFinding | null {
  const event = sinceLastLogin('login.second_factor_failed', events);
  if (event === null || waysIn.secondFactors.length === 0 || secondFactors.isWaiting) return null;
  const { secondFactors: factors, recoveryCodesLeft } = waysIn;
  const params = { failures: Math.max(1, secondFactors.failures), factors, recoveryCodesLeft };
  return { code: 'second_factor_wrong', at: event.at, params, action: 'remove_factor' };
}

function hadWrongPassword({ passwords, events }: MemberFacts): LoginFinding | null {
  const event = sinceLastLogin('login.failed', events);
  if (event?.details.reason !== 'password' || passwords.isWaiting) return null;
  const params = { failures: Math.max(1, passwords.failures) };
  return { code: 'password_wrong', at: event.at, params, action: 'password_reset' };
}

/** Codes and links come by mail, so a mail that failed keeps a person out as well. */
function mailFinding(mail: MailFate | null): LoginFinding | null {
  if (mail?.status === 'dead') return { code: 'mail_failed', ...factsOfMail(mail) };
  // Without an error it is being sent for the first time.
  if (mail?.status === 'pending' && mail.lastError !== null)
    return { code: 'mail_waiting', ...factsOfMail(mail), until: mail.availableAt };
  return null;
}

/** What the findings about one mail have in common. */
export function factsOfMail(mail: MailFate): Pick<LoginFinding, 'at' | 'params' | 'action'> {
  const { id, template, attempts, lastError, isRetryable } = mail;
  const params = { mailId: id, template, attempts, error: lastError };
  return { at: mail.createdAt, params, action: isRetryable ? 'retry_mail' : undefined };
}

export function domainFinding(failures: DomainFailures | null): LoginFinding | null {
  if (failures === null) return null;
  const { domain, addresses, lastError } = failures;
  return { code: 'mail_domain_failing', params: { domain, addresses, error: lastError } };
}

/** The event, unless the member logged in after it. */
function sinceLastLogin(type: SecurityEventType, events: MemberFacts['events']): LastEvent | null {
  const event = events.get(type);
  const login = events.get('login.succeeded');
  return event !== undefined && (login === undefined || event.at > login.at) ? event : null;
}

function actorOf(event: LastEvent | undefined): LoginFinding['params'] {
  return { actorId: event?.actorId ?? undefined, reason: event?.details.auditReason };
}
