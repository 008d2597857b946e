import { Injectable } from '@nestjs/common';
import type { ClientContext } from '../platform/http/client-context.js';
import type { Tx } from '../platform/database/sql.js';
import { PendingProofsService } from '../mfa/challenges/pending-proofs.service.js';
import type { SessionEndReason } from '../security/audit-log/security-events.js';
import { SessionRevocationService } from '../sessions/revocation/session-revocation.service.js';

/** Ends all access to an account: sessions, and everything that is about to lead to one. */
@Injectable()
export class MemberLockoutService {
  constructor(
    private readonly pendingProofs: PendingProofsService,
    private readonly sessions: SessionRevocationService,
  ) {}

  async lockOut(tx: Tx, memberId: string, reason: SessionEndReason, actor: ClientContext): Promise<void> {
    await this.pendingProofs.voidAllOf(tx, memberId);
    await this.sessions.endAll(tx, memberId, reason, actor);
  }
}
