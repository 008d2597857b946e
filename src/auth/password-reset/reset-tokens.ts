import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/database/clock.js';
import type { Tx } from '../../platform/database/sql.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { TokensService } from '../../platform/crypto/tokens/tokens.service.js';
import { MembersRepository, type LockedMember } from '../../users/members.repository.js';
import type { ChallengeMethod } from '../../verification/email-challenge.entity.js';
import { EmailChallengesService } from '../../verification/email-challenges.service.js';
import { ResetGrantsService } from '../../verification/reset-grants.service.js';

export interface IssuedResetToken {
  readonly resetToken: string;
  /** Seconds. */
  readonly expiresIn: number;
}

/** Issues the tokens that set a new password once. */
@Injectable()
export class ResetTokens {
  constructor(
    private readonly members: MembersRepository,
    private readonly challenges: EmailChallengesService,
    private readonly grants: ResetGrantsService,
    private readonly tokens: TokensService,
    private readonly clock: Clock,
  ) {}

  /**
   * Uses up a challenge that its member answered, and issues a token for it.
   * @throws DomainError `code_invalid` or `link_invalid` where another request used the challenge
   * first, the member's address has changed, or the member is disabled or erased
   */
  async exchange(tx: Tx, memberId: string, challengeId: string, method: ChallengeMethod): Promise<IssuedResetToken> {
    const member = await this.members.lock(tx, memberId);
    if (!member || member.status === 'disabled')
      throw new DomainError(method === 'code' ? 'code_invalid' : 'link_invalid', {
        detail: 'the member is disabled or erased',
      });
    await this.challenges.spend(tx, challengeId, method, member.emailKey);
    return this.issue(tx, memberId, member);
  }

  /**
   * @param member as locked. Once the password or the address has changed, the token no longer
   * works.
   */
  async issue(tx: Tx, memberId: string, member: LockedMember): Promise<IssuedResetToken> {
    const { id, issuedAt, expiresAt } = await this.grants.issue(tx, memberId, member);
    return {
      resetToken: this.tokens.sign('reset', { sub: memberId, jti: id }, issuedAt, expiresAt),
      expiresIn: this.clock.secondsUntil(expiresAt),
    };
  }
}
