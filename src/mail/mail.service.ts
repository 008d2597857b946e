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
  /** The proof this mail carries; when that is over, so is the mail. */
  readonly proofId?: string;
  /** The mail is pointless after this many seconds. */
  readonly lifetimeSeconds?: number;
  /** Do the same work but send nothing: the address is unknown, or had its share of mail. */
  readonly withhold?: boolean;
}

/** What an outbox row carries, encrypted. */
export interface MailPayload {
  readonly to: string;
  readonly data: MailTemplates[MailTemplateName];
}

/** Puts mails into the outbox. Sends nothing: the dispatcher does, after the commit that the mail is about. */
@Injectable()
export class MailService {
  private readonly box: FieldCipher;
  private readonly messageIdHost: string;

  constructor(
    keys: KeyRing,
    config: AppConfig,
    private readonly outbox: OutboxRepository,
  ) {
    this.box = new FieldCipher(keys.all('outbox-payload'));
    this.messageIdHost = new URL(config.publicUrl).hostname;
  }

  async queue<Name extends MailTemplateName>(
    tx: Tx,
    template: Name,
    to: MailRecipient,
    data: MailTemplates[Name],
    options: QueueOptions = {},
  ): Promise<void> {
    const id = randomUUID();
    const payload = this.box.encrypt(JSON.stringify({ to: to.email, data } satisfies MailPayload), id);
    const withhold = options.withhold === true;
    await this.outbox.insert(
      tx,
      {
        id,
        template,
        locale: to.locale,
        status: withhold ? 'withheld' : 'pending',
        payload: withhold ? null : payload,
        // Made now and stored, so that every attempt to send carries the same one.
        messageId: `<${id}@${this.messageIdHost}>`,
        memberId: to.memberId,
        proofId: options.proofId ?? null,
      },
      options.lifetimeSeconds ?? null,
    );
  }

  /** Takes back the mails of proofs that were used or replaced before their mail had left. */
  async dropForProofs(tx: Tx, proofIds: readonly string[]): Promise<void> {
    await this.outbox.dropForProofs(tx, proofIds);
  }

  /** Deletes the mails of erased members. */
  async forget(tx: Tx, memberIds: readonly string[]): Promise<void> {
    await this.outbox.deleteOf(tx, memberIds);
  }

  /** @throws Error when the row was altered or its key is gone. */
  open(message: Pick<ClaimedMessage, 'id' | 'payload'>): MailPayload {
    return JSON.parse(this.box.decrypt(message.payload, message.id)) as MailPayload;
  }
}
