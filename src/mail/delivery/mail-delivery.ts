import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { MailRenderer } from '../templates/mail-renderer.js';
import { MailService, type MailPayload } from '../mail.service.js';
import { isMailTemplateName } from '../templates/mail-template.js';
import { EXPIRED, type ClaimedMessage } from '../outbox/outbox.repository.js';
import { SMTP_TRANSPORT, type SmtpTransport } from './smtp-transport.js';
import { Backoff, describeFailure, isPermanentFailure, isServerFailure } from './smtp-failure.js';

/** What an attempt came to: an {@link Outcome}, but that `unreachable` is about the mail server and no mail. */
export const ATTEMPT_RESULTS = ['sent', 'postponed', 'dead', 'dropped', 'unreachable'] as const;
export type AttemptResult = (typeof ATTEMPT_RESULTS)[number];

type MailToSend = NonNullable<Parameters<SmtpTransport['sendMail']>[0]>;

/** What an attempt to send came to. */
export type Outcome = Result & {
  /** What it showed of the mail server itself; undefined where that was not asked. */
  readonly server?: 'works' | 'fails';
};

type Result =
  | { readonly kind: 'sent' }
  | { readonly kind: 'dropped' | 'dead'; readonly reason: string }
  | { readonly kind: 'postponed'; readonly reason: string; readonly seconds: number };

/** After an answer about this very mail, such as greylisting. */
const MAIL_BACKOFF = new Backoff(5, 900);
/** After an outage, which is over for all mails at once: none may oversleep it by more than this. */
const OUTAGE_BACKOFF = new Backoff(2, 15);

/** Sends one claimed message: renders it, hands it to the mail server, and says what came of it. Touches no database. */
@Injectable()
export class MailDelivery implements OnApplicationShutdown {
  private readonly logger = new Logger(MailDelivery.name);
  /** Attempts of this process so far. First ones apart: of those each mail has one, however often it is tried. */
  readonly tally = { first: noAttempts(), later: noAttempts() };

  constructor(
    private readonly mail: MailService,
    private readonly renderer: MailRenderer,
    @Inject(SMTP_TRANSPORT) private readonly transport: SmtpTransport,
  ) {}

  /** @param signal ends the attempt by closing its connection, at whatever stage it is */
  async attempt(message: ClaimedMessage, signal: AbortSignal): Promise<Outcome> {
    const outcome = await this.deliver(message, signal);
    this.tally[message.attempts === 1 ? 'first' : 'later'][outcome.server === 'fails' ? 'unreachable' : outcome.kind] +=
      1;
    return outcome;
  }

  private async deliver(message: ClaimedMessage, signal: AbortSignal): Promise<Outcome> {
    if (message.isExpired) return { kind: 'dropped', reason: EXPIRED };
    let payload: MailPayload;
    try {
      payload = this.mail.open(message);
    } catch (error) {
      // Sealed with a secret that this process does not know: while a rotation rolls out, another one does.
      return postponed(message, (error as Error).message, MAIL_BACKOFF);
    }
    let mail;
    try {
      mail = this.compose(message, payload);
    } catch (error) {
      // Trying again would fail the same way; the operator sees it.
      this.logger.error(`outbox ${message.id} cannot be rendered: ${(error as Error).message}`);
      return { kind: 'dead', reason: 'could not be rendered' };
    }
    try {
      await this.transport.sendMail({ ...mail, signal });
    } catch (error) {
      const reason = describeFailure(error);
      this.logger.warn(`outbox ${message.id} attempt ${message.attempts}: ${reason}`);
      if (isPermanentFailure(error)) return { kind: 'dead', reason, server: 'works' };
      return isServerFailure(error)
        ? { ...postponed(message, reason, OUTAGE_BACKOFF), server: 'fails' }
        : { ...postponed(message, reason, MAIL_BACKOFF), server: 'works' };
    }
    return { kind: 'sent', server: 'works' };
  }

  onApplicationShutdown(): void {
    this.transport.close();
  }

  private compose(message: ClaimedMessage, { to, data }: MailPayload): MailToSend {
    if (!isMailTemplateName(message.template)) throw new Error('unknown template');
    const { subject, html, text } = this.renderer.render(message.template, message.locale, data);
    return {
      // As an object the address is taken as it is; a string would be parsed, and could name several recipients (ML-01, ML-03).
      to: { name: '', address: to },
      subject,
      html,
      text,
      messageId: message.messageId,
      headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
      disableFileAccess: true,
      disableUrlAccess: true,
    };
  }
}

function noAttempts(): Record<AttemptResult, number> {
  return { sent: 0, postponed: 0, dead: 0, dropped: 0, unreachable: 0 };
}

function postponed(message: ClaimedMessage, reason: string, backoff: Backoff): Result {
  if (message.isOverdue) return { kind: 'dead', reason };
  return { kind: 'postponed', reason, seconds: backoff.after(message.attempts) };
}
