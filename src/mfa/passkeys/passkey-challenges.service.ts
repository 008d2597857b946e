import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../platform/config/app-config.js';
import type { PasskeyPurpose } from './passkey-challenge.entity.js';
import { PasskeyChallengesRepository } from './passkey-challenges.repository.js';
import { passkeyInvalid, refuseErrors } from './passkey-refusal.js';
import { webauthn } from './webauthn.js';

/** What the WebAuthn options of one ceremony are made of. */
export interface IssuedPasskeyChallenge {
  readonly challenge: Buffer<ArrayBuffer>;
  /** Milliseconds, for the browser. */
  readonly timeout: number;
  /** Seconds. */
  readonly expiresIn: number;
}

/** Issues the random bytes that a passkey signs, and accepts each only once. */
@Injectable()
export class PasskeyChallengesService {
  constructor(
    private readonly config: AppConfig,
    private readonly challenges: PasskeyChallengesRepository,
  ) {}

  /** @param memberId null for a login that begins with the passkey */
  async issue(purpose: PasskeyPurpose, memberId: string | null): Promise<IssuedPasskeyChallenge> {
    const expiresIn = this.config.env.PASSKEY_CHALLENGE_TTL_SECONDS;
    const challenge = randomBytes(32);
    await this.challenges.insert(challenge.toString('base64url'), purpose, memberId, expiresIn);
    return { challenge, timeout: expiresIn * 1000, expiresIn };
  }

  /**
   * Spends the challenge that the client data contain.
   * @throws DomainError `passkey_invalid`
   */
  async spend(clientDataJSON: string, purpose: PasskeyPurpose, memberId: string | null): Promise<void> {
    const { decodeClientDataJSON } = await webauthn();
    // The client can send any JSON here, also `null`.
    const clientData = await refuseErrors(
      async () => decodeClientDataJSON(clientDataJSON) as { challenge?: unknown } | null,
    );
    const challenge = clientData?.challenge;
    if (typeof challenge !== 'string' || !(await this.challenges.spend(challenge, purpose, memberId)))
      throw passkeyInvalid('challenge unknown, used, expired, or for another purpose');
  }
}
