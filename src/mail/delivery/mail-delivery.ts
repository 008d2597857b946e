import { MailerService } from '@nestjs-modules/mailer';
import { Injectable, Logger } from '@nestjs/common';
import { AttemptCounts, postponed, type Outcome } from '../../platform/outbox/attempts.js';
import { Backoff } from '../../platform/outbox/backoff.js';
import type { OutboxDelivery } from '../../platform/outbox/outbox-queue.js';
import { MailService, type MailPayload } from '../mail.service.js';
import { EXPIRED, type ClaimedMessage } from '../outbox/outbox.repository.js';
import { MailRenderingError } from '../templates/mail-template-adapter.js';
import { describeFailure, isPermanentFailure, isServerFailure } from './smtp-failure.js';

/** The wait after a failure that concerns one mail, such as greylisting. */
const MAIL_BACKOFF = new Backoff(5, 900);
/** The wait after an outage of the mail server. It is short, because an outage ends for all mails at once. */
const OUTAGE_BACKOFF = new Backoff(2, 15);

/** Makes one attempt to send a claimed message and classifies the result. Uses no database. */
@Injectable()
export class MailDelivery implements OutboxDelivery<ClaimedMessage> {
  private readonly logger = new Logger(MailDelivery.name);
  readonly attemptCounts = new AttemptCounts();

  constructor(
    private readonly mail: MailService,
    private readonly mailer: MailerService,
  ) {}

  /** @param signal aborts the attempt at any stage by closing its connection */
  async attempt(message: ClaimedMessage, signal: AbortSignal): Promise<Outcome> {
    const outcome = await this.deliver(message, signal);
    this.attemptCounts.record(message, outcome);
    return outcome;
  }

  private async deliver(message: ClaimedMessage, signal: AbortSignal): Promise<Outcome> {
    if (message.isExpired) return { kind: 'dropped', reason: EXPIRED };
    let payload: MailPayload;
    try {
      payload = this.mail.decrypt(message);
    } catch (error) {
      // While a key rotation rolls out, another process may already know the key of this payload.
      return postponed(message, (error as Error).message, MAIL_BACKOFF);
    }
    try {
      await this.send(message, payload, signal);
      return { kind: 'sent', server: 'works' };
    } catch (error) {
      return this.classify(message, error);
    }
  }

  private async send(message: ClaimedMessage, { to, data }: MailPayload, signal: AbortSignal): Promise<void> {
    const mail = {
      // An object is used as it is. A string would be parsed and could name several recipients
      // (ML-01, ML-03).
      to: { name: '', address: to },
      messageId: message.messageId,
      template: message.template,
      locale: message.locale,
      context: data,
      signal,
    };
    await this.mailer.sendMail(mail);
  }

  private classify(message: ClaimedMessage, error: unknown): Outcome {
    if (error instanceof MailRenderingError) {
      this.logger.error(`outbox ${message.id} cannot be rendered: ${error.message}`);
      return { kind: 'dead', reason: 'could not be rendered' };
    }
    const reason = describeFailure(error);
    this.logger.warn(`outbox ${message.id} attempt ${message.attempts}: ${reason}`);
    if (isPermanentFailure(error)) return { kind: 'dead', reason, server: 'works' };
    return isServerFailure(error)
      ? { ...postponed(message, reason, OUTAGE_BACKOFF), server: 'fails' }
      : { ...postponed(message, reason, MAIL_BACKOFF), server: 'works' };
  }
}
