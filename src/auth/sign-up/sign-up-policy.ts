import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../platform/config/app-config.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';

/** Who may sign up, as clients see it. */
export interface SignUpTerms {
  readonly mode: 'open' | 'domains' | 'invited';
  /** In mode `domains`: the mail domains whose addresses may sign up. Otherwise empty. */
  readonly domains: readonly string[];
}

/**
 * Decides by the typed address alone who may sign up (AC-20). No account is looked up, so the answer
 * and its time do not show whether the address has one (EN-04).
 */
@Injectable()
export class SignUpPolicy {
  readonly terms: SignUpTerms;

  constructor({ env }: AppConfig) {
    this.terms = { mode: env.SIGN_UP, domains: env.SIGN_UP_DOMAINS };
  }

  /** @throws DomainError `sign_up_closed` */
  check(emailKey: string): void {
    this.checkOpen();
    if (this.terms.mode === 'domains' && !this.terms.domains.includes(emailKey.slice(emailKey.indexOf('@') + 1)))
      throw new DomainError('sign_up_closed', { detail: 'a domain that SIGN_UP_DOMAINS does not list' });
  }

  /**
   * An early check, before an address is known.
   * @throws DomainError `sign_up_closed` where no address can sign up
   */
  checkOpen(): void {
    if (this.terms.mode === 'invited')
      throw new DomainError('sign_up_closed', { detail: 'SIGN_UP admits only invited people' });
  }
}
