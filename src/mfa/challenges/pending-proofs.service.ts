import { Injectable } from '@nestjs/common';
import type { Tx } from '../../platform/database/sql.js';
import { EmailChallengesService } from '../../verification/email-challenges.service.js';
import { LoginChallengesService } from './login-challenges.service.js';

/**
 * Everything by which a member without a session is about to get in: mailed codes and links, reset
 * tokens, and logins that wait for a second factor or a consent.
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
   * Voids what the holder of an ended session may have begun and could finish without one: an address
   * change, also of another member, an invitation of an administrator, and a login. A password reset
   * stays, because the mailbox began it.
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
