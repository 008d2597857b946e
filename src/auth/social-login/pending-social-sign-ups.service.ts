import { Injectable } from '@nestjs/common';
import { digest } from '../../platform/crypto/digest.js';
import { FieldCipher } from '../../platform/crypto/field-cipher.js';
import { KeyRing } from '../../platform/crypto/key-ring.js';
import { randomToken } from '../../platform/crypto/random.js';
import { Database } from '../../platform/database/database.js';
import type { Sql, Tx } from '../../platform/database/sql.js';
import type { ProviderAccount } from '../../platform/federation/identity-provider.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { IdentitiesRepository } from '../../users/identities/identities.repository.js';
import type { DeviceStatement } from '../tokens/token-cookies.js';
import { SocialSignUpsRepository } from './social-sign-ups.repository.js';

/** Time to choose a login ID. */
export const SIGN_UP_SECONDS = 1800;

/** An account at a provider that has no member, and the client that logged in to it. */
export interface PendingSocialSignUp {
  readonly account: ProviderAccount;
  /** What the client asked for its session when it began. */
  readonly statement: DeviceStatement;
  /** The key that the client proved; null for none. */
  readonly keyThumbprint: string | null;
}

/** Keeps accounts at providers for the clients that logged in to them, until they sign up. */
@Injectable()
export class PendingSocialSignUpsService {
  private readonly cipher: FieldCipher;

  constructor(
    private readonly database: Database,
    private readonly repository: SocialSignUpsRepository,
    private readonly identities: IdentitiesRepository,
    keys: KeyRing,
  ) {
    this.cipher = new FieldCipher(keys.all('social-sign-up'));
  }

  /** @returns the `signUpId`, which only this client gets */
  async add(pending: PendingSocialSignUp): Promise<string> {
    const signUpId = randomToken();
    const idDigest = digest(signUpId);
    const sealed = this.cipher.encrypt(JSON.stringify(pending), idDigest.toString('hex'));
    await this.repository.insert(idDigest, sealed, SIGN_UP_SECONDS);
    return signUpId;
  }

  /**
   * Gets what this client may sign up with. A client that proved a key has to prove it again: a
   * stolen `signUpId` is then of no use (SO-18).
   * @throws DomainError `sign_up_invalid`, `proof_required`, `proof_invalid`, `identity_taken`
   */
  async get(signUpId: string, keyThumbprint: string | null): Promise<PendingSocialSignUp> {
    const idDigest = digest(signUpId);
    const sealed = await this.repository.find(idDigest);
    if (!sealed) throw new DomainError('sign_up_invalid');
    const pending = JSON.parse(this.cipher.decrypt(sealed, idDigest.toString('hex'))) as PendingSocialSignUp;
    if (pending.keyThumbprint !== null && keyThumbprint !== pending.keyThumbprint)
      throw new DomainError(keyThumbprint === null ? 'proof_required' : 'proof_invalid', { detail: 'another key' });
    await this.checkUnlinked(this.database, pending.account);
    return pending;
  }

  /** @throws DomainError `identity_taken` where the account has got a member since, in another browser */
  async checkUnlinked(sql: Sql, account: ProviderAccount): Promise<void> {
    if ((await this.identities.findMemberId(sql, account)) !== null) throw new DomainError('identity_taken');
  }

  /**
   * Uses up the `signUpId`, in the transaction that makes the member.
   * @throws DomainError `sign_up_invalid` for the second of two requests at once
   */
  async spend(tx: Tx, signUpId: string): Promise<void> {
    if (!(await this.repository.take(tx, digest(signUpId)))) throw new DomainError('sign_up_invalid');
  }
}
