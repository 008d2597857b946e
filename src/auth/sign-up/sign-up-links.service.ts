import { Injectable } from '@nestjs/common';
import { AuditLogService } from '../../security/audit-log/audit-log.service.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { digest } from '../../platform/crypto/digest.js';
import { Database } from '../../platform/database/database.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { ChallengeLinksService } from '../../verification/challenge-links.service.js';
import type { SignUp } from './sign-up.entity.js';
import { SignUpsRepository } from './sign-ups.repository.js';

/** A pending sign-up, as its client and the page of its link show it. */
interface InspectedSignUp {
  readonly loginId: string;
  readonly requestedAt: Date;
  readonly expiresAt: Date;
}

/** Only for the owner of the mailbox: `hasPassword` changes once another sign-up on the address is confirmed. */
interface InspectedLink extends InspectedSignUp {
  readonly hasPassword: boolean;
}

/** Finds pending sign-ups, shows them, and discards them by their mailed links. */
@Injectable()
export class SignUpLinksService {
  constructor(
    private readonly database: Database,
    private readonly signUps: SignUpsRepository,
    private readonly challengeLinks: ChallengeLinksService,
    private readonly auditLog: AuditLogService,
  ) {}

  /**
   * Gets the pending sign-up of a link, also if the link has expired or was replaced.
   * @throws DomainError `link_invalid`, `already_confirmed`
   */
  async getSignUp(linkToken: string): Promise<SignUp> {
    const challenge = await this.challengeLinks.find('sign-up', linkToken);
    const signUp = challenge?.signUpId ? await this.signUps.find(challenge.signUpId) : null;
    if (!signUp) throw new DomainError('link_invalid', { detail: 'no such sign-up' });
    if (signUp.confirmedAt) throw new DomainError('already_confirmed');
    return signUp;
  }

  /**
   * Describes the sign-up for the page that the link opens.
   * @throws DomainError `link_invalid`, `link_expired`, `already_confirmed`
   */
  async inspect(linkToken: string): Promise<InspectedLink> {
    const { loginId, identity } = await this.getSignUp(linkToken);
    const { createdAt, linkExpiresAt } = await this.challengeLinks.get('sign-up', linkToken);
    return { loginId, requestedAt: createdAt, expiresAt: linkExpiresAt, hasPassword: identity === null };
  }

  /**
   * Describes the sign-up of a client that waits for its code. The answer does not depend on whether
   * the address has an account (EN-04).
   * @throws DomainError `sign_up_invalid`, `already_confirmed`
   */
  async inspectOwn(signUpId: string): Promise<InspectedSignUp> {
    const { loginId, createdAt, expiresAt } = await this.signUps.getPending(digest(signUpId));
    return { loginId, requestedAt: createdAt, expiresAt };
  }

  /**
   * Deletes the sign-up, after the button "I didn't sign up" was pressed.
   * @throws DomainError `link_invalid`, `link_expired`, `already_confirmed`
   */
  async discard(linkToken: string, context: ClientContext): Promise<void> {
    const signUp = await this.getSignUp(linkToken);
    await this.challengeLinks.get('sign-up', linkToken);
    await this.database.transaction(async (tx) => {
      const current = await this.signUps.lock(tx, signUp);
      if (current === null) throw new DomainError('link_invalid', { detail: 'deleted a moment ago' });
      if (current.confirmedAt !== null) throw new DomainError('already_confirmed');
      await this.signUps.discard(tx, signUp.id);
      await this.auditLog.record(tx, 'sign-up.discarded', { context }, {});
    });
  }
}
