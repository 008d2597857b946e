import {
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
  type OnModuleInit,
} from '@nestjs/common';
import { MailerService } from '@nestjs-modules/mailer';
import { AppConfig } from '../config/app-config.js';
import { Notifications } from '../database/notifications.js';
import { MailRenderer } from './mail-renderer.js';
import { MailService, type MailPayload } from './mail.service.js';
import { isMailTemplateName } from './mail-template.js';
import { OUTBOX_CHANNEL, OutboxRepository, type ClaimedMessage } from './outbox.repository.js';
import { describeFailure, isPermanentFailure, MAX_ATTEMPTS, pauseAfter } from './smtp-failure.js';

/** How often due mails are looked for without being told: retries, and leases of processes that died. */
const POLL_MS = 2000;

/**
 * Sends what stands in the outbox: claims, renders, sends, notes the outcome. Holds no database connection while it talks
 * to the mail server. Several dispatchers may run side by side.
 */
@Injectable()
export class OutboxDispatcher implements OnModuleInit, OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(OutboxDispatcher.name);
  private readonly inFlight = new Set<Promise<void>>();
  private timer: NodeJS.Timeout | undefined;
  private claiming: Promise<void> | undefined;
  /** Set when told of new mail while looking: look once more. */
  private again = false;
  private stopped = false;

  constructor(
    private readonly config: AppConfig,
    private readonly outbox: OutboxRepository,
    private readonly mail: MailService,
    private readonly renderer: MailRenderer,
    private readonly mailer: MailerService,
    private readonly notifications: Notifications,
  ) {}

  onModuleInit(): void {
    if (!this.config.env.WORKER_ENABLED) return;
    this.notifications.subscribe({
      channel: OUTBOX_CHANNEL,
      onMessage: () => this.wake(),
      onConnected: async () => this.wake(),
    });
  }

  onApplicationBootstrap(): void {
    if (!this.config.env.WORKER_ENABLED) return;
    this.timer = setInterval(() => this.wake(), POLL_MS);
    this.wake();
  }

  /** Claims nothing more and waits for what is being sent, while there still is a database to note it in. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopped = true;
    clearInterval(this.timer);
    await this.claiming;
    await Promise.all(this.inFlight);
  }

  /** Looks for due mail soon. Cheap; may be called as often as there is reason to. */
  wake(): void {
    if (this.stopped) return;
    if (this.claiming) {
      this.again = true;
      return;
    }
    this.claiming = this.claimAll()
      .catch((error: unknown) => this.logger.warn(`could not look for mail: ${(error as Error).message}`))
      .finally(() => {
        this.claiming = undefined;
        if (this.again) this.wake();
      });
  }

  private async claimAll(): Promise<void> {
    this.again = false;
    const free = this.config.env.OUTBOX_CONCURRENCY - this.inFlight.size;
    // When all are busy, the one that ends first wakes us.
    if (free <= 0 || this.stopped) return;
    const messages = await this.outbox.claim(free, this.config.env.OUTBOX_LEASE_SECONDS);
    for (const message of messages) {
      const delivery = this.deliver(message)
        .catch((error: unknown) => this.logger.warn(`outbox ${message.id}: ${(error as Error).message}`))
        .finally(() => {
          this.inFlight.delete(delivery);
          this.wake();
        });
      this.inFlight.add(delivery);
    }
  }

  private async deliver(message: ClaimedMessage): Promise<void> {
    if (message.isExpired) return this.outbox.finish(message.id, 'dropped', 'what it carried has expired');
    let payload: MailPayload;
    try {
      payload = this.mail.open(message);
    } catch (error) {
      // Sealed with a secret that this process does not know: while a rotation rolls out, another one does.
      return this.outbox.postpone(message.id, pauseAfter(message.attempts), (error as Error).message);
    }
    let mail;
    try {
      mail = this.compose(message, payload);
    } catch (error) {
      // Trying again would fail the same way; the operator sees it.
      this.logger.error(`outbox ${message.id} cannot be rendered: ${(error as Error).message}`);
      return this.outbox.finish(message.id, 'dead', 'could not be rendered');
    }
    try {
      await this.mailer.sendMail(mail);
    } catch (error) {
      const reason = describeFailure(error);
      this.logger.warn(`outbox ${message.id} attempt ${message.attempts}: ${reason}`);
      if (isPermanentFailure(error) || message.attempts >= MAX_ATTEMPTS)
        return this.outbox.finish(message.id, 'dead', reason);
      return this.outbox.postpone(message.id, pauseAfter(message.attempts), reason);
    }
    await this.outbox.finish(message.id, 'sent', null);
  }

  private compose(message: ClaimedMessage, { to, data }: MailPayload): Parameters<MailerService['sendMail']>[0] {
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
