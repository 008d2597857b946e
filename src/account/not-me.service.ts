import { Injectable } from '@nestjs/common';
import { SecurityEventsService } from '../audit/security-events.service.js';
import type { Caller } from '../common/caller.js';
import { maskLoginId } from '../common/login-id.js';
import { Database } from '../database/database.js';
import { DomainError } from '../errors/domain-error.js';
import type { VerifiedToken } from '../tokens/token-purpose.js';
import { TokensService } from '../tokens/tokens.service.js';
import { MembersRepository } from '../users/members.repository.js';
import { AccountRepository } from './account.repository.js';
import { TakeBackService } from './take-back.service.js';

/** The "it wasn't me" link of security mails. */
@Injectable()
export class NotMeService {
  constructor(
    private readonly database: Database,
    private readonly tokens: TokensService,
    private readonly account: AccountRepository,
    private readonly members: MembersRepository,
    private readonly takeBacks: TakeBackService,
    private readonly events: SecurityEventsService,
  ) {}

  /** What a link is about. Changes nothing. @throws DomainError `link_invalid`, `link_expired` */
  async inspect(token: string): Promise<{ happenedAt: Date; event: string; maskedLoginId: string }> {
    const { sub, jti, iat, evt } = this.read(token);
    if (await this.account.isReported(jti)) throw new DomainError('link_invalid', { detail: 'used before' });
    const { loginId } = await this.members.getCandidate(sub);
    return { happenedAt: new Date(iat * 1000), event: evt, maskedLoginId: maskLoginId(loginId) };
  }

  /**
   * Ends all sessions, voids open proofs and the password, undoes an address change still inside its window, and mails a
   * reset. Works once. @throws DomainError `link_invalid`, `link_expired`, `overloaded`
   */
  async report(token: string, caller: Caller): Promise<void> {
    const { sub: memberId, jti } = this.read(token);
    if (await this.account.isReported(jti)) throw new DomainError('link_invalid', { detail: 'used before' });
    const unknownPassword = await this.takeBacks.unknownPassword();
    await this.database.transaction(async (tx) => {
      await this.members.lock(tx, memberId);
      if (!(await this.account.addReport(tx, jti)))
        throw new DomainError('link_invalid', { detail: 'used a moment ago' });
      await this.events.record(tx, 'account.not_me_reported', { memberId, caller }, {});
      await this.takeBacks.takeBack(
        tx,
        memberId,
        await this.account.findOldestUndoable(tx, memberId),
        unknownPassword,
        caller,
      );
    });
  }

  private read(token: string): VerifiedToken<'not-me'> {
    try {
      return this.tokens.verify('not-me', token);
    } catch (error) {
      // To a person this is a link, not a token.
      const isExpired = error instanceof DomainError && error.code === 'token_expired';
      throw new DomainError(isExpired ? 'link_expired' : 'link_invalid', { cause: error });
    }
  }
}
