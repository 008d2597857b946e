import { Injectable } from '@nestjs/common';
import { Database } from '../../../platform/database/database.js';
import type { Tx } from '../../../platform/database/sql.js';
import { DELIVERIES_CHANNEL } from '../deliveries/deliveries-channel.js';
import { Webhook } from './webhook.entity.js';

/** Administrators manage a handful of receivers. */
export const MAX_WEBHOOKS = 20;

/** Receivers get this long to change their secret after a rotation. */
const PREVIOUS_SECRET_LIFETIME = `interval '24 hours'`;

/** A webhook that fails for this long is switched off. */
const SWITCH_OFF_AFTER = `interval '3 days'`;

export type NewWebhook = Pick<Webhook, 'id' | 'url' | 'types' | 'description' | 'secret' | 'sealedBy'>;
export type WebhookChanges = Partial<Pick<Webhook, 'url' | 'types' | 'description' | 'enabled'>>;

/**
 * Owns the table `webhooks`. TypeORM, because administrators seldom use it; SQL where the
 * database's clock decides.
 */
@Injectable()
export class WebhooksRepository {
  constructor(private readonly database: Database) {}

  /** Webhooks that fail, or were switched off because they did. */
  async countFailing(): Promise<number> {
    const { rows } = await this.database.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM webhooks WHERE switched_off_at IS NOT NULL OR (enabled AND failing_since IS NOT NULL)`,
    );
    return rows[0]!.count;
  }

  async list(): Promise<Webhook[]> {
    return this.database.manager.find(Webhook, { order: { createdAt: 'ASC', id: 'ASC' } });
  }

  async listEnabledIds(): Promise<string[]> {
    const { rows } = await this.database.query<{ id: string }>(`SELECT id FROM webhooks WHERE enabled`);
    return rows.map(({ id }) => id);
  }

  async count(tx: Tx): Promise<number> {
    return tx.manager.count(Webhook);
  }

  async find(tx: Pick<Tx, 'manager'>, id: string): Promise<Webhook | null> {
    return tx.manager.findOneBy(Webhook, { id });
  }

  async insert(tx: Tx, webhook: NewWebhook): Promise<void> {
    await tx.manager.insert(Webhook, webhook);
    await this.notifyChange(tx);
  }

  /** Enabling it, or another URL, forgets past failures. */
  async update(tx: Tx, id: string, changes: WebhookChanges): Promise<void> {
    if (changes.enabled === true)
      await tx.query(
        `UPDATE webhooks SET failing_since = NULL, switched_off_at = NULL, enabled_at = CASE WHEN enabled THEN enabled_at ELSE now() END
         WHERE id = $1`,
        [id],
      );
    if (changes.url !== undefined)
      await tx.query(`UPDATE webhooks SET failing_since = NULL WHERE id = $1 AND url <> $2`, [id, changes.url]);
    // TypeORM refuses an update without values.
    if (Object.values(changes).some((value) => value !== undefined)) await tx.manager.update(Webhook, { id }, changes);
    await this.notifyChange(tx);
  }

  async delete(tx: Tx, id: string): Promise<void> {
    await tx.manager.delete(Webhook, { id });
    await this.notifyChange(tx);
  }

  /** Sets a new secret. The previous one signs as well for another day. */
  async rotateSecret(tx: Tx, id: string, secret: Buffer, sealedBy: string, previous: Buffer): Promise<void> {
    await tx.query(
      `UPDATE webhooks SET secret = $2, sealed_by = $3, previous_secret = $4, previous_secret_until = now() + ${PREVIOUS_SECRET_LIFETIME}
       WHERE id = $1`,
      [id, secret, sealedBy, previous],
    );
  }

  async findSecret(tx: Tx, id: string): Promise<Buffer | null> {
    const { rows } = await tx.query<{ secret: Buffer }>(`SELECT secret FROM webhooks WHERE id = $1 FOR UPDATE`, [id]);
    return rows[0]?.secret ?? null;
  }

  async countByKey(): Promise<{ keyId: string; count: number }[]> {
    const { rows } = await this.database.query<{ keyId: string; count: number }>(
      `SELECT sealed_by AS "keyId", count(*)::int AS count FROM webhooks GROUP BY sealed_by`,
    );
    return rows;
  }

  /** The webhooks whose secrets were encrypted with another master secret. */
  async lockOutdated(tx: Tx, keyId: string): Promise<Pick<Webhook, 'id' | 'secret' | 'previousSecret'>[]> {
    const { rows } = await tx.query<Pick<Webhook, 'id' | 'secret' | 'previousSecret'>>(
      `SELECT id, secret, previous_secret AS "previousSecret" FROM webhooks WHERE sealed_by <> $1 ORDER BY id FOR UPDATE`,
      [keyId],
    );
    return rows;
  }

  async replaceSecrets(tx: Tx, id: string, secret: Buffer, previous: Buffer | null, keyId: string): Promise<void> {
    await tx.query(`UPDATE webhooks SET secret = $2, previous_secret = $3, sealed_by = $4 WHERE id = $1`, [
      ...[id, secret, previous, keyId],
    ]);
  }

  /**
   * Records a failure, before its delivery is postponed. The three days begin with the first failure
   * since the last success. They begin again where no pending delivery has failed before: those that
   * failed are dead or deleted, and since then nothing has shown whether the receiver works.
   */
  async markFailing(id: string): Promise<void> {
    await this.database.query(
      `UPDATE webhooks w SET failing_since = now() WHERE id = $1 AND (failing_since IS NULL OR NOT EXISTS (
         SELECT FROM event_deliveries d WHERE d.webhook_id = w.id AND d.status = 'pending' AND d.attempts > 0 AND d.last_error IS NOT NULL))`,
      [id],
    );
  }

  async markWorking(id: string): Promise<void> {
    await this.database.query(`UPDATE webhooks SET failing_since = NULL WHERE id = $1 AND failing_since IS NOT NULL`, [
      id,
    ]);
  }

  /**
   * Disables the webhook if it has failed for three days.
   * @returns the webhook; null if it has not failed that long, or is disabled already
   */
  async switchOff(tx: Tx, id: string): Promise<Pick<Webhook, 'url'> | null> {
    const { rows } = await tx.query<Pick<Webhook, 'url'>>(
      `UPDATE webhooks SET enabled = false, switched_off_at = now()
       WHERE id = $1 AND enabled AND failing_since <= now() - ${SWITCH_OFF_AFTER} RETURNING url`,
      [id],
    );
    if (rows.length === 0) return null;
    await this.notifyChange(tx);
    return rows[0]!;
  }

  private async notifyChange(tx: Tx): Promise<void> {
    await tx.query(`SELECT pg_notify('${DELIVERIES_CHANNEL}', '')`);
  }
}
