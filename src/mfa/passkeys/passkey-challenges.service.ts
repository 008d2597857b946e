import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../platform/config/app-config.js';
import type { Sql } from '../../platform/database/sql.js';
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

/** The parts of the client data that are read here. A client can send anything as each. */
interface ClientData {
  readonly challenge?: unknown;
  readonly crossOrigin?: unknown;
  readonly topOrigin?: unknown;
}

/** Issues the random bytes that a passkey signs, and accepts each only once. */
@Injectable()
export class PasskeyChallengesService {
  constructor(
    private readonly config: AppConfig,
    private readonly challenges: PasskeyChallengesRepository,
  ) {}

  /** @param memberId null for a login that begins with the passkey */
  async issue(sql: Sql, purpose: PasskeyPurpose, memberId: string | null): Promise<IssuedPasskeyChallenge> {
    const expiresIn = this.config.env.PASSKEY_CHALLENGE_TTL_SECONDS;
    const challenge = randomBytes(32);
    await this.challenges.insert(sql, challenge.toString('base64url'), purpose, memberId, expiresIn);
    return { challenge, timeout: expiresIn * 1000, expiresIn };
  }

  /**
   * Spends the challenge that the client data contain. Refuses a ceremony in a frame of another
   * site: that site could place a frame of ours under a button of its own (WebAuthn level 3, section
   * 7.2, "crossOrigin"; FT-13).
   * @throws DomainError `passkey_invalid`
   */
  async spend(clientDataJSON: string, purpose: PasskeyPurpose, memberId: string | null): Promise<void> {
    const { decodeClientDataJSON } = await webauthn();
    // The client can send any JSON here, also `null`.
    const clientData = await refuseErrors(async () => decodeClientDataJSON(clientDataJSON) as ClientData | null);
    const challenge = clientData?.challenge;
    if (typeof challenge !== 'string' || !(await this.challenges.spend(challenge, purpose, memberId)))
      throw passkeyInvalid('challenge unknown, used, expired, or for another purpose');
    if (clientData?.crossOrigin === true || clientData?.topOrigin !== undefined)
      throw passkeyInvalid('in a frame of another site');
  }
}
