import { Injectable } from '@nestjs/common';
import type { Principal } from '../../platform/http/principal.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { Database } from '../../platform/database/database.js';
import { MemberWritesService } from '../../sessions/member-writes.service.js';
import { EnrolledFactorsService } from '../../mfa/enrolled-factors.service.js';
import type { NewCredential } from '../../mfa/passkeys/passkey-credential.js';
import { PasskeyRegistrationService, type CreationOptions } from '../../mfa/passkeys/passkey-registration.service.js';
import type { PasskeySummary } from '../../mfa/passkeys/passkeys.repository.js';
import { RecoveryCodesService } from '../../mfa/recovery-codes/recovery-codes.service.js';
import { SecondFactorNotificationsService } from '../../mfa/second-factor-notifications.service.js';
import { ReauthenticationService } from '../../sessions/reauthentication/reauthentication.service.js';

/** Adds a passkey to a member's account. */
@Injectable()
export class PasskeyEnrolmentService {
  constructor(
    private readonly database: Database,
    private readonly writes: MemberWritesService,
    private readonly reauthentication: ReauthenticationService,
    private readonly registration: PasskeyRegistrationService,
    private readonly factors: EnrolledFactorsService,
    private readonly recoveryCodes: RecoveryCodesService,
    private readonly notifications: SecondFactorNotificationsService,
  ) {}

  /** @throws DomainError `invalid_credentials`, `passkey_limit_reached`, `overloaded` */
  async begin(principal: Principal, password: string, context: ClientContext): Promise<CreationOptions> {
    const member = await this.reauthentication.confirmPassword(principal, password, context);
    return this.database.transaction(async (tx) => {
      await this.reauthentication.asConfirmedMember(tx, principal, member);
      await this.registration.checkLimit(tx, principal.memberId);
      return this.registration.begin(tx, member);
    });
  }

  /**
   * Stores the new passkey. From this commit on, logins need a second factor.
   * @returns the passkey and, if it is the first second factor, the recovery codes; this is the only
   * time they can be read
   * @throws DomainError `passkey_invalid`, `passkey_limit_reached`
   */
  async finish(
    principal: Principal,
    credential: NewCredential,
    name: string | null,
    context: ClientContext,
  ): Promise<{ passkey: PasskeySummary; recoveryCodes?: string[] }> {
    const { memberId } = principal;
    const newPasskey = await this.registration.finish(credential, memberId);
    return this.database.transaction(async (tx) => {
      // Locks the member's row: a login in progress either ends before this commit or finds the new
      // factor (CC-06), and two passkeys added at once are counted one after the other.
      await this.writes.asMember(tx, principal, { needsRecentLogin: true });
      await this.registration.checkLimit(tx, memberId);
      const isFirstFactor = !(await this.factors.isEnrolled(tx, memberId));
      const passkey = await this.registration.store(tx, { ...newPasskey, name });
      const mailData = { passkeyName: name ?? undefined };
      await this.notifications.notify(tx, 'passkey.registered', principal, context, { name }, mailData);
      if (!isFirstFactor) return { passkey };
      await this.factors.endPasswordOnlySessions(tx, principal, context);
      return { passkey, recoveryCodes: await this.recoveryCodes.replaceAll(tx, memberId) };
    });
  }
}
