import { Injectable } from '@nestjs/common';
import { limitKey } from '../../platform/addresses/ip-address.js';
import { digest, keyedDigest } from '../../platform/crypto/digest.js';
import { KeyRing } from '../../platform/crypto/key-ring.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { LoginIdChoicesService } from '../../security/rate-limits/login-id-choices.service.js';
import { SignUpsRepository, type NewSignUp } from './sign-ups.repository.js';

/** Names the derived key. With another name, the same sign-up again would not continue the first. */
const SIGN_UP_ID_KEY = 'sign-up-id';
/** Names the derived key. */
const SALT_KEY = 'sign-up-salt';
/** As RFC 9106 section 3.1 recommends. */
const SALT_BYTES = 16;

/**
 * Recognises a sign-up that continues an earlier one of the same client, by a proof that only this
 * client has: the `signUpId`, or the same password from the same client address. The address alone
 * is no proof: a neighbour could put another password into the sign-up whose code the owner has in
 * the mailbox.
 */
@Injectable()
export class SignUpContinuationService {
  constructor(
    private readonly signUps: SignUpsRepository,
    private readonly loginIdChoices: LoginIdChoicesService,
    private readonly keys: KeyRing,
  ) {}

  /**
   * Equal for equal login ID, address and client address, so that the hash shows whether the
   * password is that of an earlier sign-up. Unpredictable without the secret, and no other account
   * can have it.
   */
  saltOf({ emailKey, loginId }: Pick<NewSignUp, 'emailKey' | 'loginId'>, { ip }: ClientContext): Buffer {
    return keyedDigest(this.keys.current(SALT_KEY), emailKey, loginId, limitKey(ip)).subarray(0, SALT_BYTES);
  }

  /**
   * Derived from what the client sent, so that the same sign-up again gets the same `signUpId`,
   * whatever has become of the first.
   * @param proof what only this client can repeat: its password's hash, which depends on its client
   * address by the salt, or the `signUpId` of its login at a provider
   */
  idOf(emailKey: string, ...proof: string[]): string {
    return keyedDigest(this.keys.current(SIGN_UP_ID_KEY), emailKey, ...proof).toString('base64url');
  }

  /**
   * Finds what the `signUpId` of an earlier response names. Another login ID counts as one more
   * choice of that sign-up (BF-16).
   * @returns its digest; null if it is of another address or no longer open
   * @throws DomainError `too_many_attempts`
   */
  async findEarlier(
    signUpId: string | undefined,
    { emailKey, loginId }: Pick<NewSignUp, 'emailKey' | 'loginId'>,
  ): Promise<Buffer | null> {
    const earlier = signUpId === undefined ? null : await this.signUps.findBySignUpId(digest(signUpId));
    if (earlier?.emailKey !== emailKey || earlier.confirmedAt) return null;
    if (earlier.loginId !== loginId) await this.loginIdChoices.take(earlier.id);
    return earlier.signUpIdDigest;
  }
}
