import { Injectable } from '@nestjs/common';
import { PendingProofsService } from '../../mfa/challenges/pending-proofs.service.js';
import { Database } from '../../platform/database/database.js';
import type { Tx } from '../../platform/database/sql.js';
import type { ProviderNotice } from '../../platform/federation/notices/provider-notice.js';
import {
  ProviderNoticesService,
  type VerifiedNotices,
} from '../../platform/federation/notices/provider-notices.service.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { ProviderNoticeNotificationsService } from '../../security/identities/provider-notice-notifications.service.js';
import { SessionRevocationService } from '../../sessions/revocation/session-revocation.service.js';
import { IdentitiesRepository } from '../../users/identities/identities.repository.js';
import { MembersRepository } from '../../users/members.repository.js';

/** Draws the consequences of what a provider reports about a member's account there. */
@Injectable()
export class SocialNotificationsService {
  constructor(
    private readonly database: Database,
    private readonly notices: ProviderNoticesService,
    private readonly identities: IdentitiesRepository,
    private readonly members: MembersRepository,
    private readonly sessions: SessionRevocationService,
    private readonly pendingProofs: PendingProofsService,
    private readonly notifications: ProviderNoticeNotificationsService,
  ) {}

  /**
   * A signed notice counts once (SO-55). Kakao signs none and sends neither id nor time, so a late
   * repetition also unlinks a newer link.
   */
  async apply({ notices, useDigest }: VerifiedNotices, context: ClientContext): Promise<void> {
    if (notices.length === 0) return;
    // Address and device are those of the provider's server. A member would take them for an intruder's.
    const origin = { ...context, ip: '', userAgent: '' };
    await this.database.transaction(async (tx) => {
      if (useDigest !== null && !(await this.notices.spend(tx, useDigest))) return;
      for (const notice of notices) await this.applyOne(tx, notice, origin);
    });
  }

  private async applyOne(tx: Tx, notice: ProviderNotice, context: ClientContext): Promise<void> {
    const memberId = await this.identities.findMemberLinkedAt(tx, notice, notice.occurredAt);
    if (memberId === null || !(await this.members.lock(tx, memberId))) return;
    // Read again under the lock, which linking and unlinking take too.
    if ((await this.identities.findMemberLinkedAt(tx, notice, notice.occurredAt)) !== memberId) return;
    await this.notifications.record(tx, memberId, notice, context);
    if (notice.kind === 'mail-stopped' || notice.kind === 'mail-resumed') return;
    // An account that is gone or no longer permitted is unlinked, also where it is the last way in:
    // a reset by mail remains.
    const effect = notice.kind === 'account-compromised' ? 'logged-out' : 'unlinked';
    if (effect === 'unlinked') {
      await this.identities.deleteByKey(tx, notice);
      await this.notices.forgetGrant(tx, notice);
    }
    // With logins that await a second factor: they may have begun at the provider (CC-09).
    await this.pendingProofs.voidAllOf(tx, memberId);
    await this.sessions.endFederated(tx, memberId, 'provider-notice', context);
    await this.notifications.notify(tx, memberId, notice.provider, effect, context);
  }
}
