import type { DomainFailures } from '../../mail/outbox/outbox-failures.service.js';
import type { MailFate } from '../../mail/outbox/outbox-failures.repository.js';
import type { ImportedClaim } from '../../users/imports/imported-claim.entity.js';
import type { UnconfirmedSignUp } from '../sign-up/sign-up-lookup.repository.js';
import type { LoginFinding } from './login-finding.js';
import { domainFinding, factsOfMail } from './member-findings.js';

/** What is known of an identifier that no member has. */
export interface StrangerFacts {
  /** An imported account whose address is not proven. */
  readonly claim: Pick<ImportedClaim, 'importedAt'> | null;
  readonly signUp: UnconfirmedSignUp | null;
  /** The last mail of the sign-up. */
  readonly mail: MailFate | null;
  /** When a sign-up with this login ID was requested, by the audit log. */
  readonly requestedAt: Date | null;
  readonly domainFailures: DomainFailures | null;
}

/** Why there is no account to log in to (AC-02). */
export function strangerFindings(facts: StrangerFacts): LoginFinding[] {
  const domain = domainFinding(facts.domainFailures);
  return [accountFinding(facts), ...(domain === null ? [] : [domain])];
}

function accountFinding({ claim, signUp, mail, requestedAt }: StrangerFacts): LoginFinding {
  // A login with the old password mails the code that proves the address.
  if (claim !== null) return { code: 'import_unproven', at: claim.importedAt };
  if (signUp === null && requestedAt === null) return { code: 'no_account' };
  if (signUp === null || signUp.isExpired)
    return { code: 'sign_up_expired', at: signUp?.createdAt ?? requestedAt ?? undefined };
  const until = signUp.expiresAt;
  if (mail?.status === 'dead') return { code: 'sign_up_mail_failed', ...factsOfMail(mail), until };
  if (mail?.status === 'pending') return { code: 'sign_up_mail_waiting', ...factsOfMail(mail), until };
  if (signUp.mailedAt === null) return { code: 'sign_up_mail_withheld', at: signUp.createdAt, until };
  return { code: 'sign_up_unconfirmed', at: signUp.createdAt, until };
}
