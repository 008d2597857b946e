import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { Clock } from '../../../platform/database/clock.js';
import { HttpSender } from '../../../platform/http-client/http-sender.js';
import { webhookHeaders } from '../../../platform/http-client/webhook-signature.js';
import { AppConfig } from '../../../platform/config/app-config.js';
import { AttemptCounts, postponed, type Outcome } from '../../../platform/outbox/attempts.js';
import { Backoff } from '../../../platform/outbox/backoff.js';
import type { OutboxDelivery } from '../../../platform/outbox/outbox-queue.js';
import { eventBodyOf, publicEventId } from '../events.js';
import { WebhookSecrets } from '../webhooks/webhook-secrets.js';
import type { ClaimedDelivery } from './event-deliveries.repository.js';
import { WebhookHealthService } from './webhook-health.service.js';

const TIMEOUT_MS = 10_000;
/** The body of an answer is ignored. Up to this much is read, so that the connection can be used again. */
const MAX_ANSWER_BYTES = 4096;
/** From seconds to hours. In an outage few events are tried at all, so most are sent as soon as it ends. */
const BACKOFF = new Backoff(5, 3 * 3600);

/** Makes one attempt to send an event to its receiver. */
@Injectable()
export class WebhookDelivery implements OutboxDelivery<ClaimedDelivery>, OnApplicationShutdown {
  private readonly logger = new Logger(WebhookDelivery.name);
  private readonly sender: HttpSender;
  readonly attemptCounts = new AttemptCounts();

  constructor(
    { env }: AppConfig,
    private readonly clock: Clock,
    private readonly secrets: WebhookSecrets,
    private readonly health: WebhookHealthService,
  ) {
    this.sender = new HttpSender({
      allowPrivateAddresses: env.WEBHOOK_ALLOW_PRIVATE_ADDRESSES,
      // Below the end of the lease, so that no other process sends the event at the same time.
      timeoutMs: Math.min(TIMEOUT_MS, env.OUTBOX_LEASE_SECONDS * 500),
      maxAnswerBytes: MAX_ANSWER_BYTES,
    });
  }

  async attempt(delivery: ClaimedDelivery, signal: AbortSignal): Promise<Outcome> {
    const failure = await this.send(delivery, signal);
    const outcome: Outcome =
      failure === null
        ? { kind: 'sent', server: 'works' }
        : { ...postponed(delivery, failure, BACKOFF), server: 'fails' };
    this.attemptCounts.record(delivery, outcome);
    if (failure !== null) this.logger.warn(`delivery ${delivery.id} attempt ${delivery.attempts}: ${failure}`);
    // An aborted attempt shows nothing about the receiver: its lane is stopping, or the lease nears its end.
    // The health is noted before the outcome is recorded. Otherwise the next delivery could still
    // find a webhook that works again marked as failing, and switch it off.
    if (!signal.aborted) await this.health.note(delivery, failure === null);
    return outcome;
  }

  onApplicationShutdown(): void {
    this.sender.close();
  }

  /** @returns the cause of a failure, in one line without the body of the answer; null after a success */
  private async send(delivery: ClaimedDelivery, signal: AbortSignal): Promise<string | null> {
    const { webhookId, event } = delivery;
    const body = JSON.stringify(eventBodyOf(event));
    try {
      const secrets = [delivery.secret, delivery.previousSecret].flatMap((secret) =>
        secret === null ? [] : [this.secrets.decrypt(webhookId, secret)],
      );
      const headers = webhookHeaders(secrets, publicEventId(event.id), this.clock.nowSeconds(), body);
      const { status } = await this.sender.post(delivery.url, headers, body, signal);
      if (status >= 200 && status < 300) return null;
      return status >= 300 && status < 400 ? `redirected with ${status}, which is not followed` : `answered ${status}`;
    } catch (error) {
      return reasonOf(error);
    }
  }
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  const text = code === undefined || message.includes(code) ? message : `${code}: ${message}`;
  return text.replace(/[\p{Cc}\s]+/gu, ' ').slice(0, 300);
}
