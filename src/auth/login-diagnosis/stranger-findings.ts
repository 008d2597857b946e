import type { DomainFailures } from '../../mail/outbox/outbox-failures.service.js';
import type { ImportedClaim } from '../../users/imports/imported-claim.entity.js';
import type { LoginFinding } from './login-finding.js';
import { domainFinding } from './member-findings.js';
import { goneSignUpFinding, signUpFinding, type SignUpFacts, type SignUpRequest } from './sign-up-findings.js';

/** What is known of an identifier that no member has. */
export interface StrangerFacts {
  /** An imported account whose address is not proven. */
  readonly claim: Pick<ImportedClaim, 'importedAt'> | null;
  readonly signUp: SignUpFacts | null;
  /** The last request to sign up with this login ID. Not known of an address. */
  readonly request: SignUpRequest | null;
  readonly domainFailures: DomainFailures | null;
}

/** Why there is no account to log in to (AC-02). */
export function strangerFindings(facts: StrangerFacts): LoginFinding[] {
  const domain = domainFinding(facts.domainFailures);
  return [accountFinding(facts), ...(domain === null ? [] : [domain])];
}

function accountFinding({ claim, signUp, request }: StrangerFacts): LoginFinding {
  // A login with the old password mails the code that proves the address.
  if (claim !== null) return { code: 'import_unproven', at: claim.importedAt };
  if (signUp !== null) return signUpFinding(signUp);
  return request === null ? { code: 'no_account' } : goneSignUpFinding(request);
}
