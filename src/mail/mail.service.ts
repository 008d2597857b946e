import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { KeyRing } from '../platform/crypto/key-ring.js';
import { FieldCipher } from '../platform/crypto/field-cipher.js';
import { AppConfig } from '../platform/config/app-config.js';
import type { Tx } from '../platform/database/sql.js';
import type { MailRecipient } from './mail-recipient.js';
import type { MailTemplateName, MailTemplates } from './templates/mail-template.js';
import { OutboxRepository, type ClaimedMessage } from './outbox/outbox.repository.js';

interface QueueOptions {
  /** The e-mail challenge whose code or link this mail carries; the mail is dropped when the challenge ends. */
  readonly challengeId?: string;
  /** The mail is dropped if it could not be sent within this time. */
  readonly lifetimeSeconds?: number;
  /** Write the row but never send it: the address is unknown, or its mail budget is used up. */
  readonly withhold?: boolean;
  /** How long after the commit this process begins to send, so that sending does not change the time of the answer. */
  readonly pauseMs?: number;
}

/** Content of the encrypted column of an outbox row. */
export interface MailPayload {
  readonly to: string;
  readonly data: MailTemplates[MailTemplateName];
}

/** Queues mails in the outbox. The dispatcher sends them after the transaction commits. */
@Injectable()
export class MailService {
  private readonly cipher: FieldCipher;
  private readonly messageIdHost: string;

  constructor(
    keys: KeyRing,
    config: AppConfig,
    private readonly outbox: OutboxRepository,
  ) {
    this.cipher = new FieldCipher(keys.all('outbox-payload'));
    this.messageIdHost = new URL(config.publicUrl).hostname;
  }

  /** Writes the mail to the outbox; it is sent only if `tx` commits. */
  async queue<Name extends MailTemplateName>(
    tx: Tx,
    template: Name,
    to: MailRecipient,
    data: MailTemplates[Name],
    options: QueueOptions = {},
  ): Promise<void> {
    const id = randomUUID();
    const withhold = options.withhold === true;
    // Encrypted even where it is discarded, so that the response time does not reveal withheld mails.
    const payload = this.cipher.encrypt(JSON.stringify({ to: to.email, data } satisfies MailPayload), id);
    await this.outbox.insert(
      tx,
      {
        id,
        template,
        locale: to.locale,
        status: withhold ? 'withheld' : 'pending',
        payload: withhold ? null : payload,
        // Stored, so that every attempt to send carries the same Message-ID.
        messageId: `<${id}@${this.messageIdHost}>`,
        memberId: to.memberId,
        challengeId: options.challengeId ?? null,
      },
      options.lifetimeSeconds ?? null,
      options.pauseMs,
    );
  }

  /** Drops unsent mails of e-mail challenges that were used or replaced. */
  async dropForChallenges(tx: Tx, challengeIds: readonly string[]): Promise<void> {
    await this.outbox.dropForChallenges(tx, challengeIds);
  }

  /** Deletes all mails of erased members. */
  async deleteForMembers(tx: Tx, memberIds: readonly string[]): Promise<void> {
    await this.outbox.deleteForMembers(tx, memberIds);
  }

  /** @throws Error if the payload was altered or its key is unknown */
  decrypt(message: Pick<ClaimedMessage, 'id' | 'payload'>): MailPayload {
    return JSON.parse(this.cipher.decrypt(message.payload, message.id)) as MailPayload;
  }
}
