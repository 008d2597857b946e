import { Injectable } from '@nestjs/common';
import type { VerifiedToken } from '../../platform/crypto/tokens/token-purpose.js';
import { Database } from '../../platform/database/database.js';
import type { Tx } from '../../platform/database/sql.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { DisavowalTokens } from '../../mail/notifications/disavowal-tokens.js';
import { AuditLogService } from '../../security/audit-log/audit-log.service.js';
import { maskLoginId } from '../../users/login-id.js';
import type { Member } from '../../users/member.entity.js';
import { MembersRepository } from '../../users/members.repository.js';
import { EmailChangesRepository, type UndoableChange } from '../../users/email-changes.repository.js';
import { CompromiseRecoveryService } from './compromise-recovery.service.js';
import { DisavowalReportsRepository } from './disavowal-reports.repository.js';

/** The event that a security mail reported, for the page that its "it wasn't me" link opens. */
export interface DisavowedEvent {
  readonly happenedAt: Date;
  readonly event: string;
  readonly maskedLoginId: string;
}

/** The member whom a link was mailed to, and what its mailbox proves. */
interface Addressee {
  readonly member: Member;
  /** The change that left the link's mailbox; null where the account has that address. */
  readonly change: UndoableChange | null;
}

/**
 * Handles the "it wasn't me" links of security mails. Each link works once, and only if it was
 * mailed to an address of the account.
 */
@Injectable()
export class DisavowalService {
  constructor(
    private readonly database: Database,
    private readonly disavowalTokens: DisavowalTokens,
    private readonly reports: DisavowalReportsRepository,
    private readonly emailChanges: EmailChangesRepository,
    private readonly members: MembersRepository,
    private readonly compromiseRecovery: CompromiseRecoveryService,
    private readonly auditLog: AuditLogService,
  ) {}

  /**
   * Describes the event that the link's mail reported. Changes nothing.
   * @throws DomainError `link_invalid`, `link_expired`
   */
  async inspect(token: string): Promise<DisavowedEvent> {
    const link = await this.verifyUnused(token);
    return this.database.transaction(async (tx) => {
      const { member } = await this.getAddressee(tx, link);
      return { happenedAt: new Date(link.iat * 1000), event: link.evt, maskedLoginId: maskLoginId(member.loginId) };
    });
  }

  /**
   * Recovers the account: ends all sessions, voids open challenges, removes the password, moves the
   * account back to the link's mailbox if it has left it, and mails a link for a new password
   * there.
   * @throws DomainError `link_invalid`, `link_expired`; `email_taken` where the change could not be
   * undone and no link was mailed, and everything else was done
   */
  async report(token: string, context: ClientContext): Promise<void> {
    const link = await this.verifyUnused(token);
    const { sub: memberId, jti } = link;
    const isRecovered = await this.database.transaction(async (tx) => {
      await this.members.lock(tx, memberId);
      const { change } = await this.getAddressee(tx, link);
      if (!(await this.reports.add(tx, jti))) throw new DomainError('link_invalid', { detail: 'used a moment ago' });
      await this.auditLog.record(tx, 'account.not_me_reported', { memberId, context }, {});
      return this.compromiseRecovery.recover(tx, memberId, change, { token, kind: 'not-me' }, context);
    });
    if (!isRecovered) throw new DomainError('email_taken', { detail: 'all done but the address and the mail' });
  }

  /**
   * Returns the member if the link was mailed to the account's address; with the change to undo if it was
   * mailed to a previous address that an undo can still restore. A link that was mailed to an address
   * which an intruder set is void once the account is recovered: otherwise the intruder could take the
   * account again. A disabled account
   * stays as it is; its links work again once it is enabled.
   * @throws DomainError `link_invalid`
   */
  private async getAddressee(tx: Tx, link: VerifiedToken<'not-me'>): Promise<Addressee> {
    const member = await this.members.find(tx, link.sub);
    if (!member) throw new DomainError('link_invalid', { detail: 'the member was erased' });
    if (member.status === 'disabled') throw new DomainError('link_invalid', { detail: 'the member is disabled' });
    // The link proves the mailbox that it was mailed to, and no other: the member may have left an
    // earlier one because an intruder reads it.
    if (this.disavowalTokens.wasSentTo(link, member.emailKey)) return { member, change: null };
    const changes = await this.emailChanges.listUndoable(tx, member.id);
    const change = changes.find(({ oldEmailKey }) => this.disavowalTokens.wasSentTo(link, oldEmailKey));
    if (change) return { member, change };
    throw new DomainError('link_invalid', { detail: 'mailed to an address that the account no longer has' });
  }

  private async verifyUnused(token: string): Promise<VerifiedToken<'not-me'>> {
    const link = this.verify(token);
    if (await this.reports.has(link.jti)) throw new DomainError('link_invalid', { detail: 'used before' });
    return link;
  }

  private verify(token: string): VerifiedToken<'not-me'> {
    try {
      return this.disavowalTokens.verify(token);
    } catch (error) {
      // The error names a link, because the member opened a link and does not know about tokens.
      const isExpired = error instanceof DomainError && error.code === 'token_expired';
      throw new DomainError(isExpired ? 'link_expired' : 'link_invalid', { cause: error });
    }
  }
}
