import { Injectable } from '@nestjs/common';
import { AuditLogService } from '../../security/audit-log/audit-log.service.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { maskLoginId } from '../../users/login-id.js';
import { Database } from '../../platform/database/database.js';
import type { Tx } from '../../platform/database/sql.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { DisavowalTokens } from '../../mail/notifications/disavowal-tokens.js';
import type { VerifiedToken } from '../../platform/crypto/tokens/token-purpose.js';
import type { Member } from '../../users/member.entity.js';
import { MembersRepository } from '../../users/members.repository.js';
import { AccountRepository } from '../account.repository.js';
import { CompromiseRecoveryService } from './compromise-recovery.service.js';

/** The "it wasn't me" link of security mails. */
@Injectable()
export class DisavowalService {
  constructor(
    private readonly database: Database,
    private readonly disavowalTokens: DisavowalTokens,
    private readonly account: AccountRepository,
    private readonly members: MembersRepository,
    private readonly compromiseRecovery: CompromiseRecoveryService,
    private readonly auditLog: AuditLogService,
  ) {}

  /** What a link is about. Changes nothing. @throws DomainError `link_invalid`, `link_expired` */
  async inspect(token: string): Promise<{ happenedAt: Date; event: string; maskedLoginId: string }> {
    const link = this.read(token);
    if (await this.account.isReported(link.jti)) throw new DomainError('link_invalid', { detail: 'used before' });
    return this.database.transaction(async (tx) => {
      const { loginId } = await this.getAddressee(tx, link);
      return { happenedAt: new Date(link.iat * 1000), event: link.evt, maskedLoginId: maskLoginId(loginId) };
    });
  }

  /**
   * Ends all sessions, voids open proofs and the password, undoes an address change still inside its window, and mails a
   * reset. Works once. @throws DomainError `link_invalid`, `link_expired`, `overloaded`
   */
  async report(token: string, context: ClientContext): Promise<void> {
    const link = this.read(token);
    const { sub: memberId, jti } = link;
    if (await this.account.isReported(jti)) throw new DomainError('link_invalid', { detail: 'used before' });
    const unknownPasswordHash = await this.compromiseRecovery.unknownPasswordHash();
    await this.database.transaction(async (tx) => {
      await this.members.lock(tx, memberId);
      await this.getAddressee(tx, link);
      if (!(await this.account.addReport(tx, jti)))
        throw new DomainError('link_invalid', { detail: 'used a moment ago' });
      await this.auditLog.record(tx, 'account.not_me_reported', { memberId, context }, {});
      await this.compromiseRecovery.recover(
        tx,
        memberId,
        await this.account.findOldestUndoable(tx, memberId),
        unknownPasswordHash,
        context,
      );
    });
  }

  /**
   * The member, if the mail went to an address that is the account's, or that it can still go back to. What an intruder
   * had sent to an address of their own is void once the account is taken back: it would take it from its owner again.
   * @throws DomainError `link_invalid`
   */
  private async getAddressee(tx: Tx, link: VerifiedToken<'not-me'>): Promise<Member> {
    const member = await this.members.get(tx, link.sub);
    const addresses = [member.emailKey, ...(await this.account.findUndoableKeys(tx, member.id))];
    if (!this.disavowalTokens.wasSentTo(link, addresses))
      throw new DomainError('link_invalid', { detail: 'mailed to an address that is not the account’s any more' });
    return member;
  }

  private read(token: string): VerifiedToken<'not-me'> {
    try {
      return this.disavowalTokens.verify(token);
    } catch (error) {
      // To a person this is a link, not a token.
      const isExpired = error instanceof DomainError && error.code === 'token_expired';
      throw new DomainError(isExpired ? 'link_expired' : 'link_invalid', { cause: error });
    }
  }
}
