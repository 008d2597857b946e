import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { ClientContext } from '../../platform/http/client-context.js';
import { digest } from '../../platform/crypto/digest.js';
import { parseEmailAddress } from '../../platform/addresses/email-address.js';
import { isReservedLoginId } from '../../users/login-id.js';
import { randomToken } from '../../platform/crypto/random.js';
import { Database } from '../../platform/database/database.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { PasswordsService } from '../../security/passwords/passwords.service.js';
import { IpLimitsService } from '../../security/rate-limits/ip-limits.service.js';
import { MailBudgetService } from '../../security/rate-limits/mail-budget.service.js';
import type { Locale } from '../../platform/i18n/locale.js';
import { PendingSignUpsService } from './pending-sign-ups.service.js';
import { SignUpsRepository, type NewSignUp } from './sign-ups.repository.js';

export interface SignUpDetails {
  readonly loginId: string;
  readonly email: string;
  readonly password: string;
  readonly name?: string | null;
  readonly locale?: Locale;
}

/** Takes requests to sign up, and to mail the code and link of a sign-up again. */
@Injectable()
export class SignUpRequestsService {
  constructor(
    private readonly database: Database,
    private readonly passwords: PasswordsService,
    private readonly ipLimits: IpLimitsService,
    private readonly mailBudget: MailBudgetService,
    private readonly signUps: SignUpsRepository,
    private readonly pendingSignUps: PendingSignUpsService,
  ) {}

  /**
   * Records a sign-up and mails its challenge. The answer and the work are the same when the
   * address has an account.
   * @returns the `signUpId`, which only this client gets
   * @throws DomainError `validation_failed`, `password_too_common`, `too_many_requests`,
   * `overloaded`
   */
  async request(details: SignUpDetails, context: ClientContext): Promise<string> {
    await this.ipLimits.takeRequest(context);
    if (isReservedLoginId(details.loginId))
      throw new DomainError('validation_failed', { fields: [{ field: 'loginId', code: 'login_id_reserved' }] });
    const { address, key: emailKey } = parseEmailAddress(details.email)!;
    // Hashed before any look-up: known and unknown addresses cost the same.
    const passwordHash = await this.passwords.hashNew(details.password, details, 'password');
    const mayMail = await this.mailBudget.takeForClaim(emailKey);
    const signUpId = randomToken();
    const signUp: NewSignUp = {
      id: randomUUID(),
      signUpIdDigest: digest(signUpId),
      loginId: details.loginId,
      email: address,
      emailKey,
      passwordHash,
      name: details.name ?? null,
      locale: details.locale ?? context.locale,
    };
    await this.database.transaction((tx) => this.pendingSignUps.add(tx, signUp, mayMail, context));
    return signUpId;
  }

  /**
   * Mails a new code and link. Within the cooldown no mail is sent, and the earlier code and link
   * stay valid.
   * @throws DomainError `sign_up_invalid`, `already_confirmed`, `too_many_requests`
   */
  async resend(signUpId: string, context: ClientContext): Promise<void> {
    await this.ipLimits.takeRequest(context);
    const signUp = await this.signUps.findBySignUpId(digest(signUpId));
    if (!signUp) throw new DomainError('sign_up_invalid');
    if (signUp.confirmedAt) throw new DomainError('already_confirmed');
    if (!(await this.mailBudget.takeForClaim(signUp.emailKey))) return;
    await this.database.transaction(async (tx) => {
      const state = await this.signUps.lock(tx, signUp);
      if (state === 'confirmed') throw new DomainError('already_confirmed');
      if (state === 'gone') throw new DomainError('sign_up_invalid', { detail: 'deleted a moment ago' });
      await this.pendingSignUps.mailChallenge(tx, signUp, true, context);
    });
  }
}
