import { Injectable } from '@nestjs/common';
import type { Principal } from '../access/principal.js';
import { SecurityEventsService } from '../audit/security-events.service.js';
import type { Caller } from '../common/caller.js';
import { maskLoginId } from '../common/login-id.js';
import { coarseNetwork } from '../common/network.js';
import { Database } from '../database/database.js';
import { DomainError } from '../errors/domain-error.js';
import { recipientOf } from '../mail/mail-recipient.js';
import { MailService } from '../mail/mail.service.js';
import { PasswordsService } from '../passwords/passwords.service.js';
import { LoginThrottleService } from '../rate-limits/login-throttle.service.js';
import { SessionsService } from '../sessions/sessions.service.js';
import { MembersRepository } from '../users/members.repository.js';
import { VerificationService } from '../verification/verification.service.js';

/** A member who knows the password sets another one. */
@Injectable()
export class PasswordChangeService {
  constructor(
    private readonly database: Database,
    private readonly members: MembersRepository,
    private readonly passwords: PasswordsService,
    private readonly throttle: LoginThrottleService,
    private readonly verification: VerificationService,
    private readonly sessions: SessionsService,
    private readonly mail: MailService,
    private readonly events: SecurityEventsService,
  ) {}

  /**
   * Ends all other sessions and voids every open proof. Wrong current passwords count like failed logins, so that a
   * stolen session is no place to guess from (PW-05).
   * @throws DomainError `invalid_credentials`, `validation_failed`, `password_too_common`, `overloaded`
   */
  async change(principal: Principal, currentPassword: string, newPassword: string, caller: Caller): Promise<void> {
    const { memberId, sessionId } = principal;
    const candidate = await this.members.getCandidate(memberId);
    const isRight = await this.throttle.attempt({ account: memberId, deviceId: null }, () =>
      this.passwords.verify(candidate.passwordHash, currentPassword),
    );
    if (isRight !== true) {
      await this.events.record(this.database, 'password.change_refused', { memberId, sessionId, caller }, {});
      throw new DomainError('invalid_credentials', {
        detail: isRight === null ? 'has to wait' : 'wrong current password',
      });
    }
    const passwordHash = await this.passwords.hashNew(newPassword, candidate, 'newPassword');
    await this.database.transaction(async (tx) => {
      // Of parallel changes from the same current password one wins (CC-06).
      if (!(await this.members.setPassword(tx, memberId, passwordHash, candidate.passwordVersion))) {
        throw new DomainError('invalid_credentials', { detail: 'the password changed meanwhile' });
      }
      await this.verification.voidAllOf(tx, memberId);
      await this.sessions.endAll(tx, memberId, 'password-changed', caller, sessionId);
      await this.events.record(tx, 'password.changed', { memberId, sessionId, caller }, {});
      const member = await this.members.get(tx, memberId);
      await this.mail.queue(tx, 'password-changed', recipientOf(member), {
        name: member.name ?? undefined,
        loginIdMasked: maskLoginId(member.loginId),
        how: 'changed',
        at: new Date().toISOString(),
        network: coarseNetwork(caller.ip),
      });
    });
  }
}
