import { Injectable } from '@nestjs/common';
import type { MemberPrincipal } from '../../platform/http/principal.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { Database } from '../../platform/database/database.js';
import { EnrolledFactorsService } from '../../mfa/enrolled-factors.service.js';
import type { NewCredential } from '../../mfa/passkeys/passkey-credential.js';
import { PasskeyRegistrationService, type CreationOptions } from '../../mfa/passkeys/passkey-registration.service.js';
import type { PasskeySummary } from '../../mfa/passkeys/passkeys.repository.js';
import { RecoveryCodesService } from '../../mfa/recovery-codes/recovery-codes.service.js';
import { SecondFactorNotificationsService } from '../../mfa/second-factor-notifications.service.js';
import { FactorChangesService, type FactorChangeCredentials } from './factor-changes.service.js';

/** Adds a passkey to a member's account. */
@Injectable()
export class PasskeyEnrolmentService {
  constructor(
    private readonly database: Database,
    private readonly changes: FactorChangesService,
    private readonly registration: PasskeyRegistrationService,
    private readonly factors: EnrolledFactorsService,
    private readonly recoveryCodes: RecoveryCodesService,
    private readonly notifications: SecondFactorNotificationsService,
  ) {}

  /** @throws DomainError `passkey_limit_reached`, and as {@link FactorChangesService} */
  async begin(
    principal: MemberPrincipal,
    credentials: FactorChangeCredentials,
    context: ClientContext,
  ): Promise<CreationOptions> {
    const proof = await this.changes.prove(principal, credentials, context);
    return this.database.transaction(async (tx) => {
      await this.changes.begin(tx, principal, proof, context);
      await this.registration.checkLimit(tx, principal.memberId);
      return this.registration.begin(tx, proof.confirmed);
    });
  }

  /**
   * Stores the new passkey. From this commit on, logins need a second factor.
   * @returns the passkey and, if it is the first second factor, the recovery codes; this is the only
   * time they can be read
   * @throws DomainError `passkey_invalid`, `passkey_limit_reached`, and as
   * {@link FactorChangesService.resume}
   */
  async finish(
    principal: MemberPrincipal,
    credential: NewCredential,
    name: string | null,
    context: ClientContext,
  ): Promise<{ passkey: PasskeySummary; recoveryCodes?: string[] }> {
    const { memberId } = principal;
    const newPasskey = await this.registration.finish(credential, memberId);
    return this.database.transaction(async (tx) => {
      // Locks the member's row: a login in progress either ends before this commit or finds the new
      // factor (CC-06), and two passkeys added at once are counted one after the other.
      await this.changes.resume(tx, principal);
      await this.registration.checkLimit(tx, memberId);
      const isFirstFactor = !(await this.factors.isEnrolled(tx, memberId));
      const passkey = await this.registration.store(tx, { ...newPasskey, name });
      const mailData = { passkeyName: name ?? undefined };
      await this.notifications.notify(tx, 'passkey.registered', principal, context, { name }, mailData);
      if (!isFirstFactor) return { passkey };
      await this.factors.endSingleFactorSessions(tx, principal, context);
      return { passkey, recoveryCodes: await this.recoveryCodes.replaceAll(tx, memberId) };
    });
  }
}
