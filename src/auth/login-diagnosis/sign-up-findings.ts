import type { MailFate } from '../../mail/outbox/outbox-failures.repository.js';
import type { MailedChallenge } from '../../verification/challenge-lists.repository.js';
import type { UnconfirmedSignUp } from '../sign-up/sign-up-lookup.repository.js';
import type { LoginFinding } from './login-finding.js';
import { factsOfMail } from './member-findings.js';

/** A request to sign up, by the audit log. */
export interface SignUpRequest {
  readonly at: Date;
  /** Whether a sign-up of that time has expired since, unless it was deleted before. */
  readonly isExpired: boolean;
}

/** What is known of a sign-up that was not confirmed. */
export interface SignUpFacts {
  readonly signUp: Pick<UnconfirmedSignUp, 'createdAt' | 'mailedAt' | 'expiresAt' | 'isExpired'>;
  /** Whether an account has its address, can go back to it, or got it after the sign-up. */
  readonly isAddressTaken: boolean;
  /** The last one. */
  readonly challenge: Pick<MailedChallenge, 'linkExpiresAt' | 'isOpen'> | null;
  /** The mail of that challenge. */
  readonly mail: MailFate | null;
}

/** Why the sign-up is not confirmed: first what no new mail would change. */
export function signUpFinding({ signUp, isAddressTaken, challenge, mail }: SignUpFacts): LoginFinding {
  const { createdAt, mailedAt, expiresAt } = signUp;
  if (isAddressTaken) return { code: 'sign_up_address_taken', at: createdAt };
  if (signUp.isExpired) return { code: 'sign_up_expired', at: createdAt };
  // Until the sign-up expires, its client can have a new mail sent.
  if (mail?.status === 'dead' || mail?.status === 'dropped')
    return { code: 'sign_up_mail_failed', ...factsOfMail(mail), until: expiresAt };
  if (mailedAt === null) return { code: 'sign_up_mail_withheld', at: createdAt, until: expiresAt };
  if (!challenge?.isOpen) return { code: 'sign_up_expired', at: createdAt };
  // The mail went to the owner of an account that has been erased since.
  if (mail === null) return { code: 'sign_up_mail_failed', at: mailedAt, until: expiresAt };
  const { linkExpiresAt } = challenge;
  const until = linkExpiresAt < expiresAt ? linkExpiresAt : expiresAt;
  if (mail.status === 'pending') return { code: 'sign_up_mail_waiting', ...factsOfMail(mail), until };
  return { code: 'sign_up_unconfirmed', at: mailedAt, until };
}

/** The finding about a request whose sign-up is gone. */
export function goneSignUpFinding({ at, isExpired }: SignUpRequest): LoginFinding {
  // Before it expires, a sign-up is gone if it was refused through its link, was displaced by newer
  // ones, or went on with another login ID.
  return { code: isExpired ? 'sign_up_expired' : 'no_account', at };
}
