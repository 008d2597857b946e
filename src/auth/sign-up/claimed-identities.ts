import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../platform/config/app-config.js';
import { FieldCipher } from '../../platform/crypto/field-cipher.js';
import { KeyRing } from '../../platform/crypto/key-ring.js';
import type { ProviderAccount } from '../../platform/federation/identity-provider.js';
import type { NewSignUp } from './sign-ups.repository.js';

type Claim = Pick<NewSignUp, 'emailKey' | 'identity'>;

/** Encrypts the accounts at providers that pending sign-ups claim: their members do not exist yet. */
@Injectable()
export class ClaimedIdentities {
  private readonly cipher: FieldCipher;

  constructor(
    private readonly config: AppConfig,
    keys: KeyRing,
  ) {
    this.cipher = new FieldCipher(keys.all('sign-up-identity'));
  }

  encrypt(account: ProviderAccount, emailKey: string): Buffer {
    return this.cipher.encrypt(JSON.stringify(account), emailKey);
  }

  /** The account that the sign-up claims; null for a sign-up with a password or a void one. */
  decrypt({ identity, emailKey }: Claim): ProviderAccount | null {
    return identity === null ? null : (JSON.parse(this.cipher.decrypt(identity, emailKey)) as ProviderAccount);
  }

  /** The provider's name as mails show it; undefined where {@link decrypt} returns null. */
  findProviderName(claim: Claim): string | undefined {
    const account = this.decrypt(claim);
    return account === null ? undefined : this.config.nameOfProvider(account.provider);
  }
}
