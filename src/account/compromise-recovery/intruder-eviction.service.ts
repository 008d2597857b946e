import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../platform/config/app-config.js';
import type { Tx } from '../../platform/database/sql.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { DisputedIdentitiesService } from '../../security/identities/disputed-identities.service.js';
import { IdentityNotificationsService } from '../../security/identities/identity-notifications.service.js';
import { RiskService } from '../../security/risk/risk.service.js';
import { AccessRevocationService } from '../../sessions/revocation/access-revocation.service.js';
import { DisputedFactorsService } from '../../mfa/disputed-factors/disputed-factors.service.js';

/**
 * Removes every way into an account that an intruder may hold or have set up, except the password.
 * Recent second factors may stay for a waiting period, see {@link DisputedFactorsService.report}.
 */
@Injectable()
export class IntruderEvictionService {
  constructor(
    private readonly config: AppConfig,
    private readonly access: AccessRevocationService,
    private readonly risk: RiskService,
    private readonly disputedFactors: DisputedFactorsService,
    private readonly disputedIdentities: DisputedIdentitiesService,
    private readonly identityNotifications: IdentityNotificationsService,
  ) {}

  async evict(tx: Tx, memberId: string, context: ClientContext): Promise<void> {
    await this.access.revokeAll(tx, memberId, 'taken-back', context);
    const windowSeconds = this.config.env.NOT_ME_TTL_SECONDS;
    // A network first seen within the window may be the intruder's. It must not count as known.
    await this.risk.forgetRecent(tx, memberId, windowSeconds);
    for (const provider of await this.disputedIdentities.unlinkRecent(tx, memberId, windowSeconds, context))
      await this.identityNotifications.mail(tx, 'unlinked', provider, memberId, context);
    await this.disputedFactors.report(tx, memberId, windowSeconds, context);
  }
}
