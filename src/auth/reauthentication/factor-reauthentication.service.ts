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
import { MemberWritesService } from '../../sessions/member-writes.service.js';
import { ReauthenticationService } from '../../sessions/reauthentication/reauthentication.service.js';
import { SessionsService } from '../../sessions/sessions.service.js';

/** What a signed-in member shows again. */
export interface ShownCredentials {
  readonly password: string;
  /** A code or a passkey, before changes of second factors. */
  readonly factor?: SecondFactorAnswer | undefined;
}

/** Confirms who uses a session: by the password, or by the password and a second factor. */
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
   * @throws DomainError `invalid_credentials`, `code_invalid`, `passkey_invalid`,
   * `too_many_attempts`, `session_ended`, `overloaded`
   */
  async reauthenticate(
    principal: MemberPrincipal,
    { password, factor: answer }: ShownCredentials,
    context: ClientContext,
  ): Promise<void> {
    const { memberId, sessionId } = principal;
    const confirmed = await this.reauthentication.confirmPassword(principal, password, context);
    const factor =
      answer === undefined ? null : await this.verification.attempt({ memberId, deviceId: sessionId }, answer, context);
    await this.database.transaction(async (tx) => {
      await this.reauthentication.asConfirmedMember(tx, principal, confirmed);
      if (factor) await this.verification.spend(tx, principal, factor, context);
      await this.sessions.markAuthenticated(tx, sessionId, factor?.kind);
    });
  }
}
