import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { adminContext } from '../../platform/http/administration/admin-context.js';
import { AdminWritesService } from '../../mfa/administrators/admin-writes.service.js';
import type { Webhook } from '../../security/events/webhooks/webhook.entity.js';
import { WebhookSecrets } from '../../security/events/webhooks/webhook-secrets.js';
import { WebhookRegistry } from '../../security/events/webhooks/webhook-registry.js';
import { WebhooksRepository, type WebhookChanges } from '../../security/events/webhooks/webhooks.repository.js';
import { AppConfig } from '../../platform/config/app-config.js';
import { Database } from '../../platform/database/database.js';
import type { Tx } from '../../platform/database/sql.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { newWebhookSecret } from '../../platform/http-client/webhook-signature.js';
import type { Principal } from '../../platform/http/principal.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { AuditLogService } from '../../security/audit-log/audit-log.service.js';
import { checkWebhookUrl } from './webhook-url.js';

export type WebhookRequest = Pick<Webhook, 'url' | 'types' | 'description'>;

/** Lets administrators and API keys manage webhooks. */
@Injectable()
export class WebhookAdministrationService {
  private readonly allowPrivateAddresses: boolean;

  constructor(
    { env }: AppConfig,
    private readonly database: Database,
    private readonly writes: AdminWritesService,
    private readonly webhooks: WebhooksRepository,
    private readonly registry: WebhookRegistry,
    private readonly secrets: WebhookSecrets,
    private readonly auditLog: AuditLogService,
  ) {
    this.allowPrivateAddresses = env.WEBHOOK_ALLOW_PRIVATE_ADDRESSES;
  }

  async list(): Promise<Webhook[]> {
    return this.webhooks.list();
  }

  /** @throws DomainError `not_found` */
  async get(id: string): Promise<Webhook> {
    return found(await this.webhooks.find(this.database, id));
  }

  /**
   * Every change that commits after this returns is an event for the webhook.
   * @returns the webhook and its secret, which is shown this once
   * @throws DomainError `validation_failed`, `webhook_limit_reached`
   */
  async create(
    admin: Principal,
    request: WebhookRequest,
    context: ClientContext,
  ): Promise<{ webhook: Webhook; secret: string }> {
    checkWebhookUrl(request.url, this.allowPrivateAddresses);
    const id = randomUUID();
    const secret = newWebhookSecret();
    const sealed = { secret: this.secrets.encrypt(id, secret), sealedBy: this.secrets.keyId };
    return this.database.transaction(async (tx) => {
      await this.writes.asAdministrator(tx, admin);
      const webhook = await this.registry.add(tx, { id, ...request, ...sealed });
      await this.record(tx, 'webhook.created', id, admin, context);
      return { webhook, secret };
    });
  }

  /** @throws DomainError `validation_failed`, `not_found` */
  async update(admin: Principal, id: string, changes: WebhookChanges, context: ClientContext): Promise<Webhook> {
    if (changes.url !== undefined) checkWebhookUrl(changes.url, this.allowPrivateAddresses);
    return this.database.transaction(async (tx) => {
      await this.writes.asAdministrator(tx, admin);
      const webhook = await this.registry.change(tx, id, changes);
      await this.record(tx, 'webhook.changed', id, admin, context);
      return webhook;
    });
  }

  /** Deletes the webhook and its deliveries. @throws DomainError `not_found` */
  async delete(admin: Principal, id: string, context: ClientContext): Promise<void> {
    await this.database.transaction(async (tx) => {
      await this.writes.asAdministrator(tx, admin);
      await this.registry.remove(tx, id);
      await this.record(tx, 'webhook.deleted', id, admin, context);
    });
    await this.registry.discardDeliveries(id);
  }

  /**
   * Sets a new secret. The previous one signs as well for a day.
   * @returns the new secret, which is shown this once
   * @throws DomainError `not_found`
   */
  async rotateSecret(admin: Principal, id: string, context: ClientContext): Promise<string> {
    const secret = newWebhookSecret();
    await this.database.transaction(async (tx) => {
      await this.writes.asAdministrator(tx, admin);
      const previous = found(await this.webhooks.findSecret(tx, id));
      // Encrypted again: both columns then need the same master secret.
      const kept = this.secrets.encrypt(id, this.secrets.decrypt(id, previous));
      await this.webhooks.rotateSecret(tx, id, this.secrets.encrypt(id, secret), this.secrets.keyId, kept);
      await this.record(tx, 'webhook.secret_rotated', id, admin, context);
    });
    return secret;
  }

  private async record(
    tx: Tx,
    type: 'webhook.created' | 'webhook.changed' | 'webhook.deleted' | 'webhook.secret_rotated',
    webhookId: string,
    admin: Principal,
    context: ClientContext,
  ): Promise<void> {
    await this.auditLog.record(tx, type, { context: adminContext(admin, context) }, { webhookId });
  }
}

function found<T>(value: T | null): T {
  if (value === null) throw new DomainError('not_found', { detail: 'no such webhook' });
  return value;
}
