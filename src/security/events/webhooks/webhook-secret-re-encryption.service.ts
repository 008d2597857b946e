import { Injectable } from '@nestjs/common';
import type { Tx } from '../../../platform/database/sql.js';
import type { Webhook } from './webhook.entity.js';
import { WebhookSecrets } from './webhook-secrets.js';
import { WebhooksRepository } from './webhooks.repository.js';

type EncryptedSecrets = Pick<Webhook, 'id' | 'secret' | 'previousSecret'>;

/** Re-encrypts the secrets of webhooks after SECRET has changed. The secrets themselves stay the same. */
@Injectable()
export class WebhookSecretReEncryption {
  constructor(
    private readonly webhooks: WebhooksRepository,
    private readonly secrets: WebhookSecrets,
  ) {}

  /** Counts the webhooks by the id of the master secret that encrypts their secrets. */
  async count(): Promise<{ keyId: string; count: number }[]> {
    return this.webhooks.countByKey();
  }

  /** @returns the number of re-encrypted webhooks; one that no configured secret decrypts stays as it is */
  async reencrypt(tx: Tx): Promise<number> {
    let total = 0;
    for (const webhook of await this.webhooks.lockOutdated(tx, this.secrets.keyId)) {
      const secrets = this.reencryptOrNull(webhook);
      if (secrets === null) continue; // the operator may still add that secret to PREVIOUS_SECRETS
      await this.webhooks.replaceSecrets(tx, webhook.id, secrets.current, secrets.previous, this.secrets.keyId);
      total += 1;
    }
    return total;
  }

  /** Catches failures of decryption alone: a failed statement has to end the transaction. */
  private reencryptOrNull({ id, secret, previousSecret }: EncryptedSecrets) {
    const reencrypted = (value: Buffer) => this.secrets.encrypt(id, this.secrets.decrypt(id, value));
    try {
      return { current: reencrypted(secret), previous: previousSecret && reencrypted(previousSecret) };
    } catch {
      return null;
    }
  }
}
