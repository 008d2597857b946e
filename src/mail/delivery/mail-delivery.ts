import { MailerService } from '@nestjs-modules/mailer';
import { Injectable, Logger } from '@nestjs/common';
import { MailService, type MailPayload } from '../mail.service.js';
import { EXPIRED, type ClaimedMessage } from '../outbox/outbox.repository.js';
import { MailRenderingError } from '../templates/mail-template-adapter.js';
import { Backoff } from './backoff.js';
import { describeFailure, isPermanentFailure, isServerFailure } from './smtp-failure.js';

/**
 * Results as the metrics count them. `unreachable`: the mail server failed, and would have failed
 * for any mail.
 */
export const ATTEMPT_RESULTS = ['sent', 'postponed', 'dead', 'dropped', 'unreachable'] as const;
export type AttemptResult = (typeof ATTEMPT_RESULTS)[number];

/** The result of one attempt to send a message. */
export type Outcome = MessageOutcome & {
  /** What the attempt showed about the mail server; undefined where none was contacted. */
  readonly server?: 'works' | 'fails';
};

type MessageOutcome =
  | { readonly kind: 'sent' }
  | { readonly kind: 'dropped' | 'dead'; readonly reason: string }
  | { readonly kind: 'postponed'; readonly reason: string; readonly seconds: number };

/** After an answer about one mail, such as greylisting. */
const MAIL_BACKOFF = new Backoff(5, 900);
/** After an outage. Short, because an outage ends for all mails at once. */
const OUTAGE_BACKOFF = new Backoff(2, 15);

/** Makes one attempt to send a claimed message and classifies the result. Uses no database. */
@Injectable()
export class MailDelivery {
  private readonly logger = new Logger(MailDelivery.name);
  /**
   * Attempts of this process so far. First attempts are counted separately, because each mail has
   * exactly one.
   */
  readonly attemptCounts = { first: noAttempts(), later: noAttempts() };

  constructor(
    private readonly mail: MailService,
    private readonly mailer: MailerService,
  ) {}

  /** @param signal aborts the attempt at any stage by closing its connection */
  async attempt(message: ClaimedMessage, signal: AbortSignal): Promise<Outcome> {
    const outcome = await this.deliver(message, signal);
    const counts = this.attemptCounts[message.attempts === 1 ? 'first' : 'later'];
    counts[outcome.server === 'fails' ? 'unreachable' : outcome.kind] += 1;
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

function noAttempts(): Record<AttemptResult, number> {
  return { sent: 0, postponed: 0, dead: 0, dropped: 0, unreachable: 0 };
}

function postponed(message: ClaimedMessage, reason: string, backoff: Backoff): MessageOutcome {
  if (message.isOverdue) return { kind: 'dead', reason };
  return { kind: 'postponed', reason, seconds: backoff.after(message.attempts) };
}
