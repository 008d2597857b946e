import { Injectable } from '@nestjs/common';
import { maskEmail } from '../../platform/addresses/email-address.js';
import type { PagePosition } from '../../platform/database/page.js';
import type { Tx } from '../../platform/database/sql.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { MailService } from '../mail.service.js';
import type { OutboxStatus } from './outbox-message.entity.js';
import { OutboxInspectionRepository, type OutboxRow } from './outbox-inspection.repository.js';

/** A mail without what it carries. */
export type InspectedMail = Omit<OutboxRow, 'payload'> & {
  /** Masked; null once the mail is gone, because the address went with what it carried. */
  readonly to: string | null;
};

/** Lets operators see what became of mails, and send again what was given up. */
@Injectable()
export class OutboxInspectionService {
  constructor(
    private readonly outbox: OutboxInspectionRepository,
    private readonly mail: MailService,
  ) {}

  async list(status: OutboxStatus | undefined, limit: number, after: PagePosition | null): Promise<InspectedMail[]> {
    const rows = await this.outbox.list(status, limit, after);
    return rows.map(({ payload, ...row }) => ({ ...row, to: this.recipient(row.id, payload) }));
  }

  /** @throws DomainError `not_found`, `mail_not_retryable` */
  async retry(tx: Tx, id: string): Promise<void> {
    if (await this.outbox.retry(tx, id)) return;
    if (await this.outbox.exists(tx, id)) throw new DomainError('mail_not_retryable');
    throw new DomainError('not_found', { detail: 'no such mail' });
  }

  private recipient(id: string, payload: Buffer | null): string | null {
    if (payload === null) return null;
    try {
      return maskEmail(this.mail.open({ id, payload }).to);
    } catch {
      return null; // sealed with a secret that is no longer known
    }
  }
}
