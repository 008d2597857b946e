import { Injectable } from '@nestjs/common';
import type { Principal } from '../../platform/http/principal.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { KeyRing } from '../../platform/crypto/key-ring.js';
import { Database } from '../../platform/database/database.js';
import type { Tx } from '../../platform/database/sql.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { ReauthenticationService } from '../../sessions/reauthentication/reauthentication.service.js';
import { MembersRepository } from '../../users/members.repository.js';
import { EnrolledFactorsService } from '../enrolled-factors.service.js';
import { RecoveryCodeDigests } from './recovery-code-digests.js';
import { newRecoveryCodes, normaliseRecoveryCode } from './recovery-codes.js';
import { TwoFactorNotificationsService } from '../two-factor-notifications.service.js';
import { TwoFactorRepository } from '../two-factor.repository.js';

/** Makes, renews and recognises recovery codes; none is stored in a form that it could be read from. */
@Injectable()
export class RecoveryCodesService {
  private readonly digests: RecoveryCodeDigests;

  constructor(
    private readonly keys: KeyRing,
    private readonly database: Database,
    private readonly twoFactor: TwoFactorRepository,
    private readonly factors: EnrolledFactorsService,
    private readonly members: MembersRepository,
    private readonly reauthentication: ReauthenticationService,
    private readonly notifications: TwoFactorNotificationsService,
  ) {
    this.digests = new RecoveryCodeDigests(keys);
  }

  /** Ten new codes for a member who asks for them. @throws DomainError `invalid_credentials`, `totp_not_enabled`, `overloaded` */
  async regenerate(principal: Principal, password: string, context: ClientContext): Promise<string[]> {
    const { memberId } = principal;
    await this.reauthentication.confirmPassword(principal, password, context);
    return this.database.transaction(async (tx) => {
      await this.members.lock(tx, memberId);
      if ((await this.factors.of(tx, memberId)).length === 0) throw new DomainError('totp_not_enabled');
      const codes = await this.replace(tx, memberId);
      await this.notifications.notify(tx, 'two-factor.recovery_codes_replaced', principal, context, {});
      return codes;
    });
  }

  /** Ten new codes, to be shown this once; the old ones die. */
  async replace(tx: Tx, memberId: string): Promise<string[]> {
    const codes = newRecoveryCodes();
    const stored = codes.map((code) => this.digests.stored(memberId, normaliseRecoveryCode(code)!));
    await this.twoFactor.replaceRecoveryCodes(tx, memberId, stored, this.keys.ids[0]!);
    return codes;
  }

  /**
   * Takes away codes that were made within the last `seconds`, when the owner takes the account back: whoever made them may
   * hold them still. After the factors, since codes go with the last one anyway.
   */
  async removeRecent(tx: Tx, memberId: string, seconds: number, context: ClientContext): Promise<void> {
    if (!(await this.twoFactor.removeRecoveryCodesSince(tx, memberId, seconds))) return;
    const facts = { recoveryCodesLeft: 0 };
    await this.notifications.notify(tx, 'two-factor.recovery_codes_removed', { memberId }, context, {}, facts);
  }

  /** The digests that a code may be stored as, or null when none of them is an unused one. */
  async match(memberId: string, code: string): Promise<Buffer[] | null> {
    const digests = this.digests.all(memberId, code);
    return (await this.twoFactor.hasRecoveryCode(memberId, digests)) ? digests : null;
  }
}
