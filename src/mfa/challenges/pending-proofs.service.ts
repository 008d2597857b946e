import { Injectable } from '@nestjs/common';
import type { Tx } from '../../platform/database/sql.js';
import { EmailChallengesService } from '../../verification/email-challenges.service.js';
import { LoginChallengesService } from './login-challenges.service.js';

/**
 * Voids what a client without a session could still use to enter an account: mailed codes and links,
 * reset tokens, and logins that wait for a second factor or a consent.
 */
@Injectable()
export class PendingProofsService {
  constructor(
    private readonly emailChallenges: EmailChallengesService,
    private readonly loginChallenges: LoginChallengesService,
  ) {}

  async voidAllOf(tx: Tx, memberId: string): Promise<void> {
    await this.emailChallenges.voidAllOf(tx, memberId);
    await this.loginChallenges.voidAllOf(tx, memberId);
  }

  /**
   * Voids what the holder of an ended session may have begun and could finish without a session: an
   * address change (an administrator's also for another member), an invitation of a new administrator,
   * and a login. The code and link of a password reset stay, because they prove the mailbox.
   */
  async voidBegunBySessions(tx: Tx, memberId: string): Promise<void> {
    await this.voidLogins(tx, memberId);
    await this.emailChallenges.voidBegunBySessions(tx, memberId);
  }

  /**
   * Voids logins that are not complete: those that wait for a second factor or a consent, and those that
   * gave a reset token, because the password has to be changed first.
   */
  async voidLogins(tx: Tx, memberId: string): Promise<void> {
    await this.emailChallenges.voidGrantsOfLogins(tx, memberId);
    await this.loginChallenges.voidAllOf(tx, memberId);
  }

  /** Voids what the member began for others as an administrator. */
  async voidBegunForOthers(tx: Tx, memberId: string): Promise<void> {
    await this.emailChallenges.voidBegunForOthers(tx, memberId);
  }
}
