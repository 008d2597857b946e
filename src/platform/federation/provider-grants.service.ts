import { Injectable } from '@nestjs/common';
import { FieldCipher } from '../crypto/field-cipher.js';
import { KeyRing } from '../crypto/key-ring.js';
import type { Tx } from '../database/sql.js';
import type { ProviderAccount, ProviderGrant, ProviderLogin } from './identity-provider.js';
import { ProviderGrantsRepository, type GrantKey } from './provider-grants.repository.js';

/** Keeps what providers hand out once. The refresh tokens serve to take permissions back and nothing else. */
@Injectable()
export class ProviderGrantsService {
  private readonly cipher: FieldCipher;
  /** Id of the master secret that encrypts. */
  readonly keyId: string;

  constructor(
    keys: KeyRing,
    private readonly repository: ProviderGrantsRepository,
  ) {
    this.cipher = new FieldCipher(keys.all('provider-grant'));
    this.keyId = keys.ids[0]!;
  }

  /**
   * Keeps the refresh token of a login and the name that came with it.
   * @param postedName the name that Apple posts outside of the ID token, only with a person's first answer
   * @returns the account with the name of this login or an earlier one
   */
  async keep({ account, grant }: ProviderLogin, postedName: string | null): Promise<ProviderAccount> {
    const { provider, subject } = account;
    const mayHaveName = provider === 'apple';
    if (grant === null && postedName === null && !mayHaveName) return account;
    const name = await this.repository.keep({
      provider,
      subject,
      // A token in a dump of the database would open the person's account at the provider (SO-52).
      sealed: grant && this.cipher.encrypt(JSON.stringify(grant), contextOf(account)),
      sealedBy: grant && this.keyId,
      name: postedName,
    });
    return { ...account, name: account.name ?? name };
  }

  /** Deletes a grant, with its name. @returns its encrypted refresh token; null if there is none */
  async take(tx: Tx, key: GrantKey): Promise<Buffer | null> {
    return this.repository.take(tx, key);
  }

  /**
   * Keeps a refresh token that was about to be revoked, unless there is a newer one. Drops one that no
   * configured secret decrypts: it is of no use, and must not stop the member who links the account.
   */
  async restore(tx: Tx, key: GrantKey, sealed: Buffer): Promise<void> {
    const reencrypted = this.reencryptOrNull(key, sealed);
    if (reencrypted !== null) await this.repository.restore(tx, key, reencrypted, this.keyId);
  }

  /** @throws Error if the value was altered or its key is unknown */
  decrypt(key: GrantKey, sealed: Buffer): ProviderGrant {
    return JSON.parse(this.cipher.decrypt(sealed, contextOf(key))) as ProviderGrant;
  }

  /** @returns null if no configured secret decrypts the value */
  reencryptOrNull(key: GrantKey, sealed: Buffer): Buffer | null {
    try {
      return this.cipher.encrypt(this.cipher.decrypt(sealed, contextOf(key)), contextOf(key));
    } catch {
      return null;
    }
  }
}

const contextOf = ({ provider, subject }: GrantKey): string => `${provider} ${subject}`;
