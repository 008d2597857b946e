import { Injectable } from '@nestjs/common';
import type { Tx } from '../../../platform/database/sql.js';
import { WebhookSecrets } from './webhook-secrets.js';
import { WebhooksRepository } from './webhooks.repository.js';

/** Re-encrypts the secrets of webhooks after SECRET has changed. */
@Injectable()
export class WebhookSecretRenewal {
  constructor(
    private readonly webhooks: WebhooksRepository,
    private readonly secrets: WebhookSecrets,
  ) {}

  /** How many webhooks need each master secret. */
  async count(): Promise<{ keyId: string; count: number }[]> {
    return this.webhooks.countByKey();
  }

  /** @returns how many were renewed; those that no known secret decrypts stay as they are */
  async renew(tx: Tx): Promise<number> {
    let renewed = 0;
    for (const { id, secret, previousSecret } of await this.webhooks.lockOutdated(tx, this.secrets.keyId)) {
      try {
        const [current, previous] = [secret, previousSecret].map((value) => value && this.reencrypt(id, value));
        await this.webhooks.replaceSecrets(tx, id, current!, previous ?? null, this.secrets.keyId);
        renewed += 1;
      } catch {
        continue; // the operator may find the secret
      }
    }
    return renewed;
  }

  private reencrypt(id: string, value: Buffer): Buffer {
    return this.secrets.encrypt(id, this.secrets.decrypt(id, value));
  }
}
