import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../platform/config/app-config.js';
import type { Tx } from '../../platform/database/sql.js';
import { ProviderRevocationsService } from '../../platform/federation/revocations/provider-revocations.service.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { IdentityNotificationsService } from '../../security/identities/identity-notifications.service.js';
import { RiskService } from '../../security/risk/risk.service.js';
import { AccessRevocationService } from '../../sessions/revocation/access-revocation.service.js';
import { DisputedFactorsService } from '../../mfa/disputed-factors/disputed-factors.service.js';
import { IdentitiesRepository } from '../../users/identities/identities.repository.js';

/**
 * Removes every way into an account, except the password, that an intruder may hold or have set up.
 */
@Injectable()
export class IntruderEvictionService {
  constructor(
    private readonly config: AppConfig,
    private readonly access: AccessRevocationService,
    private readonly risk: RiskService,
    private readonly disputedFactors: DisputedFactorsService,
    private readonly identities: IdentitiesRepository,
    private readonly revocations: ProviderRevocationsService,
    private readonly identityNotifications: IdentityNotificationsService,
  ) {}

  async evict(tx: Tx, memberId: string, context: ClientContext): Promise<void> {
    await this.access.revokeAll(tx, memberId, 'taken-back', context);
    const windowSeconds = this.config.env.NOT_ME_TTL_SECONDS;
    // A network first seen within the window may be the intruder's. It must not count as known.
    await this.risk.forgetRecent(tx, memberId, windowSeconds);
    // An account at a provider that was linked within the window may be the intruder's (SO-12).
    const unlinked = await this.identities.deleteRecent(tx, memberId, windowSeconds);
    await this.revocations.queue(tx, unlinked);
    for (const { provider } of unlinked)
      await this.identityNotifications.notify(tx, 'unlinked', provider, { memberId }, context);
    await this.disputedFactors.report(tx, memberId, windowSeconds, context);
  }
}
