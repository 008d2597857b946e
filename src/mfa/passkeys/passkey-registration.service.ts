import { Injectable } from '@nestjs/common';
import type { PublicKeyCredentialCreationOptionsJSON } from '@simplewebauthn/server';
import { AppConfig } from '../../platform/config/app-config.js';
import type { Sql, Tx } from '../../platform/database/sql.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import type { Member } from '../../users/member.entity.js';
import { PasskeyChallengesService } from './passkey-challenges.service.js';
import type { NewCredential } from './passkey-credential.js';
import { storableAaguid } from './passkey-providers.js';
import { passkeyInvalid, refuseErrors } from './passkey-refusal.js';
import { PasskeysRepository, type NewPasskey, type PasskeySummary } from './passkeys.repository.js';
import { userHandleOf } from './user-handle.js';
import { webauthn } from './webauthn.js';

/** For `navigator.credentials.create({ publicKey })`. */
export interface CreationOptions {
  readonly publicKey: PublicKeyCredentialCreationOptionsJSON;
  /** Seconds. */
  readonly expiresIn: number;
}

/** EdDSA, ES256, and RS256 for Windows Hello without an elliptic key (IANA, "COSE Algorithms"). */
const ALGORITHMS = [-8, -7, -257];

/**
 * The registration ceremony of WebAuthn (level 3, section 7.1). The challenge is spent before
 * anything is compared, so each allows one attempt. Every refusal of a credential is
 * `passkey_invalid`; the log contains the reason.
 */
@Injectable()
export class PasskeyRegistrationService {
  constructor(
    private readonly config: AppConfig,
    private readonly passkeys: PasskeysRepository,
    private readonly challenges: PasskeyChallengesService,
  ) {}

  /** @throws DomainError `passkey_limit_reached` */
  async checkLimit(sql: Sql, memberId: string): Promise<void> {
    if ((await this.passkeys.count(sql, memberId)) >= this.config.env.PASSKEYS_PER_MEMBER)
      throw new DomainError('passkey_limit_reached');
  }

  async begin(tx: Tx, { id, loginId, name }: Pick<Member, 'id' | 'loginId' | 'name'>): Promise<CreationOptions> {
    const { challenge, timeout, expiresIn } = await this.challenges.issue(tx, 'registration', id);
    const party = this.config.relyingParty;
    const { generateRegistrationOptions } = await webauthn();
    const publicKey = await generateRegistrationOptions({
      rpID: party.id,
      rpName: party.name,
      userID: userHandleOf(id),
      userName: loginId,
      userDisplayName: name ?? loginId,
      challenge,
      timeout,
      attestationType: 'none',
      excludeCredentials: await this.passkeys.findDescriptors(tx, id),
      authenticatorSelection: { residentKey: 'preferred', userVerification: 'preferred' },
      supportedAlgorithmIDs: ALGORITHMS,
    });
    return { publicKey, expiresIn };
  }

  /**
   * Verifies a new credential.
   * @returns the values for {@link store}
   * @throws DomainError `passkey_invalid`
   */
  async finish(credential: NewCredential, memberId: string): Promise<Omit<NewPasskey, 'name'>> {
    await this.challenges.spend(credential.response.clientDataJSON, 'registration', memberId);
    const party = this.config.relyingParty;
    const { verifyRegistrationResponse } = await webauthn();
    const { verified, registrationInfo } = await refuseErrors(async () => {
      const attestationObject = await withoutCertificates(credential.response.attestationObject);
      return verifyRegistrationResponse({
        response: { ...credential, response: { ...credential.response, attestationObject } },
        expectedChallenge: () => true, // spent above
        expectedOrigin: [...party.origins],
        expectedRPID: party.id,
        requireUserVerification: false,
        supportedAlgorithmIDs: ALGORITHMS,
      });
    });
    if (!verified) throw passkeyInvalid('attestation wrong');
    return {
      memberId,
      credentialId: Buffer.from(registrationInfo.credential.id, 'base64url'),
      publicKey: Buffer.from(registrationInfo.credential.publicKey),
      signCount: registrationInfo.credential.counter,
      transports: credential.response.transports ?? [],
      backupEligible: registrationInfo.credentialDeviceType === 'multiDevice',
      backedUp: registrationInfo.credentialBackedUp,
      userVerified: registrationInfo.userVerified,
      aaguid: storableAaguid(registrationInfo.aaguid),
    };
  }

  /** @throws DomainError `passkey_invalid` if any member has registered the credential */
  async store(tx: Tx, passkey: NewPasskey): Promise<PasskeySummary> {
    const stored = await this.passkeys.insert(tx, passkey);
    if (!stored) throw passkeyInvalid('credential registered before');
    return stored;
  }
}

/**
 * Drops an attestation by certificate, which some authenticators send although none was asked for.
 * The passkey then counts as one without attestation. We trust no manufacturer, and checking a
 * certificate means fetching revocation lists from a URL inside it, which an attacker could have
 * written. An attestation that the passkey signed itself stays and is checked.
 */
async function withoutCertificates(attestationObject: string): Promise<string> {
  const { decodeAttestationObject, isoCBOR } = await webauthn();
  const attestation = decodeAttestationObject(Buffer.from(attestationObject, 'base64url'));
  const format: string = attestation.get('fmt');
  const isSelfSigned = format === 'packed' && attestation.get('attStmt').get('x5c') === undefined;
  if (format === 'none' || isSelfSigned) return attestationObject;
  const bare = new Map<string, string | Uint8Array | Map<string, never>>([
    ['fmt', 'none'],
    ['attStmt', new Map<string, never>()],
    ['authData', attestation.get('authData')],
  ]);
  return Buffer.from(isoCBOR.encode(bare)).toString('base64url');
}
