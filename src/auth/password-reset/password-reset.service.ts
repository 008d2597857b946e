import { Injectable } from '@nestjs/common';
import type { ClientContext } from '../../platform/http/client-context.js';
import { settleAll } from '../../platform/concurrency/settle-all.js';
import { Database } from '../../platform/database/database.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { hashOwner } from '../../security/passwords/fair-shares.js';
import { PasswordsService } from '../../security/passwords/passwords.service.js';
import { IpLimitsService } from '../../security/rate-limits/ip-limits.service.js';
import type { VerifiedToken } from '../../platform/crypto/tokens/token-purpose.js';
import { MembersRepository } from '../../users/members.repository.js';
import { ResetGrantsService } from '../../verification/reset-grants.service.js';
import { PasswordResetFollowUpService } from './password-reset-follow-up.service.js';

/** Sets a new password with a reset token. */
@Injectable()
export class PasswordResetService {
  constructor(
    private readonly database: Database,
    private readonly members: MembersRepository,
    private readonly passwords: PasswordsService,
    private readonly grants: ResetGrantsService,
    private readonly ipLimits: IpLimitsService,
    private readonly followUp: PasswordResetFollowUpService,
  ) {}

  /**
   * Sets the new password and signs the member out everywhere. The token works once, and does not
   * sign the member in.
   * @throws DomainError `token_invalid`, `validation_failed`, `password_too_common`,
   * `too_many_requests`, `overloaded`
   */
  async reset(token: VerifiedToken<'reset'>, newPassword: string, context: ClientContext): Promise<void> {
    const { sub: memberId, jti: grantId } = token;
    await this.ipLimits.takeRequest(context);
    // A used token must not cost a hash. This check only saves work; spending the grant below
    // decides.
    const names = await this.grants.getOwner(grantId, memberId);
    // Hashing is slow on purpose; done here, it holds no database connection.
    const passwordHash = await this.passwords.hashNew(newPassword, names, 'newPassword', {
      owner: hashOwner(context, memberId),
    });
    await this.database.transaction(async (tx) => {
      // The member's row first, as everywhere, so that no two transactions deadlock.
      const member = await this.members.lockNotified(tx, memberId);
      if (!member) throw new DomainError('token_invalid', { detail: 'erased a moment ago' });
      // Of two requests with one token, the second stops here.
      const [replacedVersion, isSet] = await settleAll([
        this.grants.spend(tx, grantId, memberId, member.emailKey),
        this.members.setPassword(tx, memberId, passwordHash, member.passwordVersion),
      ]);
      if (!isSet || replacedVersion !== member.passwordVersion)
        throw new DomainError('token_invalid', { detail: 'disabled, or the password has changed since' });
      await this.followUp.run(tx, member, context);
    });
  }
}
