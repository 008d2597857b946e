import { Injectable } from '@nestjs/common';
import type { Principal } from '../access/principal.js';
import { SecurityEventsService } from '../audit/security-events.service.js';
import type { Caller } from '../common/caller.js';
import { maskLoginId } from '../common/login-id.js';
import { AppConfig } from '../config/app-config.js';
import { Database } from '../database/database.js';
import { DomainError } from '../errors/domain-error.js';
import { SecurityNoticesService } from '../notices/security-notices.service.js';
import { ReauthenticationService } from '../reauthentication/reauthentication.service.js';
import { SessionsService } from '../sessions/sessions.service.js';
import { LoginChallengesService } from '../two-factor/login-challenges.service.js';
import { MembersRepository } from '../users/members.repository.js';
import { VerificationService } from '../verification/verification.service.js';

/** A member leaves: closed at once, erased after a grace in which logging in restores it. */
@Injectable()
export class AccountClosingService {
  constructor(
    private readonly config: AppConfig,
    private readonly database: Database,
    private readonly members: MembersRepository,
    private readonly reauthentication: ReauthenticationService,
    private readonly sessions: SessionsService,
    private readonly verification: VerificationService,
    private readonly challenges: LoginChallengesService,
    private readonly notices: SecurityNoticesService,
    private readonly events: SecurityEventsService,
  ) {}

  /** @throws DomainError `invalid_credentials`, `overloaded`, `last_admin` */
  async close(principal: Principal, password: string, caller: Caller): Promise<void> {
    const { memberId, sessionId } = principal;
    await this.reauthentication.confirmPassword(principal, password, caller);
    const graceMs = this.config.env.ACCOUNT_ERASURE_GRACE_SECONDS * 1000;
    await this.database.transaction(async (tx) => {
      await this.members.lockAdministrators(tx);
      await this.members.lock(tx, memberId);
      const member = await this.members.get(tx, memberId);
      // Closed by another request a moment ago: that one has done all the rest.
      if (member.status !== 'active') return;
      if (!(await this.members.close(tx, memberId))) throw new DomainError('last_admin');
      await this.verification.voidAllOf(tx, memberId);
      // Otherwise a login from before could open the account again by its second step.
      await this.challenges.voidAllOf(tx, memberId);
      await this.sessions.endAll(tx, memberId, 'account-closed', caller);
      await this.events.record(tx, 'account.closed', { memberId, sessionId, caller }, {});
      const eraseOn = new Date(Date.now() + graceMs).toISOString();
      await this.notices.send(tx, 'account-closed', member, caller, {
        loginIdMasked: maskLoginId(member.loginId),
        eraseOn,
      });
    });
  }
}
