import { Injectable } from '@nestjs/common';
import { FieldCipher } from '../../../platform/crypto/field-cipher.js';
import { KeyRing } from '../../../platform/crypto/key-ring.js';

/** Encrypts the secrets that sign deliveries, so that a dump of the database is not enough to forge a delivery (SL-02). */
@Injectable()
export class WebhookSecrets {
  private readonly cipher: FieldCipher;
  /** Id of the master secret that {@link encrypt} uses. */
  readonly keyId: string;

  constructor(keys: KeyRing) {
    this.cipher = new FieldCipher(keys.all('webhook-secret'));
    this.keyId = keys.ids[0]!;
  }

  encrypt(webhookId: string, secret: string): Buffer {
    return this.cipher.encrypt(secret, webhookId);
  }

  /** @throws Error if the value was altered, belongs to another webhook, or its key is unknown */
  decrypt(webhookId: string, encrypted: Buffer): string {
    return this.cipher.decrypt(encrypted, webhookId);
  }
}
