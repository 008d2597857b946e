import { Injectable } from '@nestjs/common';
import { maskEmail } from '../../platform/addresses/email-address.js';
import type { PagePosition } from '../../platform/database/page.js';
import type { Tx } from '../../platform/database/sql.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { MailService } from '../mail.service.js';
import { OutboxInspectionRepository, type OutboxFilter, type OutboxRow } from './outbox-inspection.repository.js';

/** A mail as administrators see it, without its content. */
export type InspectedMail = Omit<OutboxRow, 'payload'> & {
  /** Masked. Null once the payload is erased: the address was part of it. */
  readonly to: string | null;
};

/** Lets administrators list mails and retry dead ones. */
@Injectable()
export class OutboxInspectionService {
  constructor(
    private readonly outbox: OutboxInspectionRepository,
    private readonly mail: MailService,
  ) {}

  /** @returns mails, newest first */
  async list(filter: OutboxFilter, limit: number, after: PagePosition | null): Promise<InspectedMail[]> {
    const rows = await this.outbox.list(filter, limit, after);
    return rows.map(({ payload, ...row }) => ({ ...row, to: this.maskedRecipient(row.id, payload) }));
  }

  /**
   * @returns the member whom the mail is for; null for another person
   * @throws DomainError `not_found`, `mail_not_retryable`
   */
  async retry(tx: Tx, id: string): Promise<string | null> {
    const mail = await this.outbox.find(tx, id);
    if (mail === null) throw new DomainError('not_found', { detail: 'no such mail' });
    if (!(await this.outbox.retry(tx, id))) throw new DomainError('mail_not_retryable');
    return mail.memberId;
  }

  private maskedRecipient(id: string, payload: Buffer | null): string | null {
    if (payload === null) return null;
    try {
      return maskEmail(this.mail.decrypt({ id, payload }).to);
    } catch {
      return null; // encrypted with a key that is no longer known
    }
  }
}
