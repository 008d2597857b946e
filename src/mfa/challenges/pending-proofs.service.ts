import { Injectable } from '@nestjs/common';
import type { Tx } from '../../platform/database/sql.js';
import { EmailChallengesService } from '../../verification/email-challenges.service.js';
import { LoginChallengesService } from './login-challenges.service.js';

/**
 * Everything by which a member without a session is about to get in: mailed codes and links, reset
 * tokens, and logins that wait for a second factor.
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
}
