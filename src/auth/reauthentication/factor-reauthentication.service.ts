import { Injectable } from '@nestjs/common';
import {
  PasskeyAuthenticationService,
  type RequestOptions,
} from '../../mfa/passkeys/passkey-authentication.service.js';
import {
  SecondFactorVerificationService,
  type SecondFactorAnswer,
} from '../../mfa/second-factor-verification.service.js';
import { Database } from '../../platform/database/database.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import type { MemberPrincipal } from '../../platform/http/principal.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { MemberWritesService } from '../../sessions/member-writes.service.js';
import { ReauthenticationService } from '../../sessions/reauthentication/reauthentication.service.js';
import { SessionsService } from '../../sessions/sessions.service.js';

/** What a signed-in member shows again. */
export interface ShownCredentials {
  /** Absent where a passkey stands for both factors. */
  readonly password?: string | undefined;
  /** A code or a passkey. Besides a password, it is needed only before changes of second factors. */
  readonly factor?: SecondFactorAnswer | undefined;
}

/** Confirms who uses a session: by the password, alone or with a second factor, or by a passkey. */
@Injectable()
export class FactorReauthenticationService {
  constructor(
    private readonly database: Database,
    private readonly reauthentication: ReauthenticationService,
    private readonly writes: MemberWritesService,
    private readonly verification: SecondFactorVerificationService,
    private readonly passkeys: PasskeyAuthenticationService,
    private readonly sessions: SessionsService,
  ) {}

  /**
   * Issues the options with which a browser asks its user for a passkey.
   * @throws DomainError `passkey_invalid` if the member has no passkey; `session_ended`
   */
  async beginPasskey(principal: MemberPrincipal): Promise<RequestOptions> {
    return this.database.transaction(async (tx) => {
      await this.writes.asMember(tx, principal);
      return this.passkeys.beginSecondFactor(tx, principal.memberId);
    });
  }

  /**
   * Records what the session's member has just shown.
   * @throws DomainError `invalid_credentials`, `code_invalid`, `passkey_invalid`, `passkey_changed`,
   * `too_many_attempts`, `session_ended`, `overloaded`, `validation_failed`
   */
  async reauthenticate(
    principal: MemberPrincipal,
    { password, factor: answer }: ShownCredentials,
    context: ClientContext,
  ): Promise<void> {
    const { memberId, sessionId } = principal;
    if (password === undefined) return this.reauthenticateByPasskey(principal, answer, context);
    const confirmed = await this.reauthentication.confirmPassword(principal, password, context);
    const factor =
      answer === undefined ? null : await this.verification.attempt({ memberId, deviceId: sessionId }, answer, context);
    await this.database.transaction(async (tx) => {
      await this.reauthentication.asConfirmedMember(tx, principal, confirmed);
      if (factor) await this.verification.spend(tx, { memberId, sessionId, firstFactor: 'password' }, factor, context);
      await this.sessions.markAuthenticated(tx, sessionId, factor?.kind);
    });
  }
  /** A passkey that logs in alone confirms as much as a login does (SO-32). */
  private async reauthenticateByPasskey(
    principal: MemberPrincipal,
    answer: SecondFactorAnswer | undefined,
    context: ClientContext,
  ): Promise<void> {
    if (answer === undefined || typeof answer === 'string')
      throw new DomainError('validation_failed', { fields: [{ field: 'password', code: 'required' }] });
    const passkey = await this.passkeys.finishBothFactors(answer, principal.memberId, context);
    await this.database.transaction(async (tx) => {
      await this.writes.asMember(tx, principal);
      await this.passkeys.spend(tx, passkey);
      await this.sessions.markAuthenticated(tx, principal.sessionId, 'passkey', 'passkey');
    });
  }
}
