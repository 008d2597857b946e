import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type {
  AuthenticatorTransport,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/server';
import type { AttestationObject } from '@simplewebauthn/server/helpers';
import { AuditLogService } from '../../security/audit-log/audit-log.service.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { AppConfig } from '../../platform/config/app-config.js';
import { Database } from '../../platform/database/database.js';
import type { Tx } from '../../platform/database/sql.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import type { Member } from '../../users/member.entity.js';
import type { PasskeyPurpose } from './passkey-challenge.entity.js';
import type { Assertion, NewCredential } from './passkey-credential.js';
import { PasskeysRepository, type NewPasskey, type PasskeyUse, type StoredPasskey } from './passkeys.repository.js';
import { webauthn } from './webauthn.js';

/** For `navigator.credentials.create({ publicKey })` or `.get({ publicKey })`. */
export interface PasskeyOptions<Options> {
  readonly publicKey: Options;
  /** Seconds. */
  readonly expiresIn: number;
}
export type CreationOptions = PasskeyOptions<PublicKeyCredentialCreationOptionsJSON>;
export type RequestOptions = PasskeyOptions<PublicKeyCredentialRequestOptionsJSON>;

/** A passkey whose signature was right. Noting the use, in the transaction of what it allows, decides. */
export interface ProvenPasskey extends PasskeyUse {
  readonly memberId: string;
}

const MAX_DETAIL = 200;
/** EdDSA, ES256, and RS256 for Windows Hello without an elliptic key (IANA, "COSE Algorithms"). */
const ALGORITHMS = [-8, -7, -257];

/**
 * The two ceremonies of WebAuthn (level 3, sections 7.1 and 7.2): registering a passkey, and signing with it. A challenge
 * is spent before anything is compared, so each is worth one try. Whatever is wrong, the answer is `passkey_invalid`, and
 * the log says why.
 */
@Injectable()
export class PasskeysService {
  constructor(
    private readonly config: AppConfig,
    private readonly database: Database,
    private readonly passkeys: PasskeysRepository,
    private readonly auditLog: AuditLogService,
  ) {}

  async creationOptions({ id, loginId, name }: Pick<Member, 'id' | 'loginId' | 'name'>): Promise<CreationOptions> {
    const { challenge, timeout, expiresIn } = await this.challenge('registration', id);
    const party = this.config.relyingParty;
    const { generateRegistrationOptions } = await webauthn();
    const publicKey = await generateRegistrationOptions({
      rpID: party.id,
      rpName: party.name,
      userID: handleOf(id),
      userName: loginId,
      userDisplayName: name ?? loginId,
      challenge,
      timeout,
      attestationType: 'none',
      excludeCredentials: await this.descriptorsOf(id),
      authenticatorSelection: { residentKey: 'preferred', userVerification: 'preferred' },
      supportedAlgorithmIDs: ALGORITHMS,
    });
    return { publicKey, expiresIn };
  }

  /** Checks a new credential. @throws DomainError `passkey_invalid` */
  async verifyNew(credential: NewCredential, memberId: string): Promise<Omit<NewPasskey, 'name'>> {
    await this.spendChallenge(credential.response.clientDataJSON, 'registration', memberId);
    const party = this.config.relyingParty;
    const { decodeAttestationObject, verifyRegistrationResponse } = await webauthn();
    const { verified, registrationInfo } = await orRefuse(async () => {
      refuseCertificates(decodeAttestationObject(Buffer.from(credential.response.attestationObject, 'base64url')));
      return verifyRegistrationResponse({
        response: credential,
        expectedChallenge: () => true, // spent above
        expectedOrigin: [...party.origins],
        expectedRPID: party.id,
        requireUserVerification: false,
        supportedAlgorithmIDs: ALGORITHMS,
      });
    });
    if (!verified) throw refusal('attestation not right');
    return {
      memberId,
      credentialId: Buffer.from(registrationInfo.credential.id, 'base64url'),
      publicKey: Buffer.from(registrationInfo.credential.publicKey),
      signCount: registrationInfo.credential.counter,
      transports: credential.response.transports ?? [],
      backupEligible: registrationInfo.credentialDeviceType === 'multiDevice',
      backedUp: registrationInfo.credentialBackedUp,
      userVerified: registrationInfo.userVerified,
    };
  }

  /** For the second step of a login. @throws DomainError `passkey_invalid` where the member has no passkey */
  async secondFactorOptions(memberId: string): Promise<RequestOptions> {
    const allowCredentials = await this.descriptorsOf(memberId);
    // An empty list would mean "any passkey".
    if (allowCredentials.length === 0) throw refusal('the member has no passkey');
    const { challenge, timeout, expiresIn } = await this.challenge('second-factor', memberId);
    const { id: rpID } = this.config.relyingParty;
    const options = { rpID, challenge, timeout, allowCredentials, userVerification: 'preferred' } as const;
    const { generateAuthenticationOptions } = await webauthn();
    return { publicKey: await generateAuthenticationOptions(options), expiresIn };
  }

  /** For a login that begins with the passkey. Alike for everybody: it names no account and no credential. */
  async loginOptions(): Promise<RequestOptions> {
    const { challenge, timeout, expiresIn } = await this.challenge('login', null);
    const { id: rpID } = this.config.relyingParty;
    const options = { rpID, challenge, timeout, userVerification: 'required' } as const;
    const { generateAuthenticationOptions } = await webauthn();
    return { publicKey: await generateAuthenticationOptions(options), expiresIn };
  }

  /** Checks a passkey that comes after the password. @throws DomainError `passkey_invalid` */
  async verifySecondFactor(assertion: Assertion, memberId: string, context: ClientContext): Promise<ProvenPasskey> {
    await this.spendChallenge(assertion.response.clientDataJSON, 'second-factor', memberId);
    const passkey = await this.find(assertion);
    if (passkey.memberId !== memberId) throw refusal('passkey of somebody else');
    return this.verify(assertion, passkey, false, context);
  }

  /**
   * Checks a passkey that stands for both factors: it has to check its owner, and to have done so before.
   * @throws DomainError `passkey_invalid`
   */
  async verifyLogin(assertion: Assertion, context: ClientContext): Promise<ProvenPasskey> {
    await this.spendChallenge(assertion.response.clientDataJSON, 'login', null);
    const passkey = await this.find(assertion);
    if (assertion.response.userHandle !== handleOf(passkey.memberId).toString('base64url'))
      throw refusal('user handle missing or of somebody else');
    if (!passkey.userVerified) throw refusal('registered without checking its owner: good as a second factor only');
    return this.verify(assertion, passkey, true, context);
  }

  /** Notes the use. @throws DomainError `passkey_invalid` for one that was removed, or overtaken, meanwhile */
  async spend(tx: Tx, passkey: ProvenPasskey): Promise<void> {
    if (!(await this.passkeys.use(tx, passkey))) throw refusal('removed or overtaken a moment ago');
  }

  /** For somebody who has lost them; nobody is told. */
  async removeAll(tx: Tx, memberId: string): Promise<void> {
    await this.passkeys.removeAll(tx, memberId);
  }

  private async challenge(
    purpose: PasskeyPurpose,
    memberId: string | null,
  ): Promise<{ challenge: Buffer<ArrayBuffer>; timeout: number; expiresIn: number }> {
    const expiresIn = this.config.env.PASSKEY_CHALLENGE_TTL_SECONDS;
    const challenge = randomBytes(32);
    await this.passkeys.addChallenge(challenge.toString('base64url'), purpose, memberId, expiresIn);
    return { challenge, timeout: expiresIn * 1000, expiresIn };
  }

  private async spendChallenge(
    clientDataJSON: string,
    purpose: PasskeyPurpose,
    memberId: string | null,
  ): Promise<void> {
    const { decodeClientDataJSON } = await webauthn();
    // Whatever a stranger wrote as JSON, null included.
    const clientData = await orRefuse(
      async () => decodeClientDataJSON(clientDataJSON) as { challenge?: unknown } | null,
    );
    const challenge = clientData?.challenge;
    if (typeof challenge !== 'string' || !(await this.passkeys.spendChallenge(challenge, purpose, memberId)))
      throw refusal('challenge unknown, used, expired, or for something else');
  }

  private async find({ id }: Assertion): Promise<StoredPasskey> {
    const passkey = await this.passkeys.findByCredential(Buffer.from(id, 'base64url'));
    if (!passkey) throw refusal('credential unknown');
    return passkey;
  }

  private async verify(
    assertion: Assertion,
    passkey: StoredPasskey,
    requireUserVerification: boolean,
    context: ClientContext,
  ): Promise<ProvenPasskey> {
    const party = this.config.relyingParty;
    const { verifyAuthenticationResponse } = await webauthn();
    const { verified, authenticationInfo } = await orRefuse(() =>
      verifyAuthenticationResponse({
        response: assertion,
        expectedChallenge: () => true, // spent before
        expectedOrigin: [...party.origins],
        expectedRPID: party.id,
        // The counter is looked at below, once the signature has said who counted: the library looks before.
        credential: { id: assertion.id, publicKey: new Uint8Array(passkey.publicKey), counter: 0 },
        requireUserVerification,
      }),
    );
    if (!verified) throw refusal('signature wrong');
    const { newCounter, credentialDeviceType, credentialBackedUp, userVerified } = authenticationInfo;
    if ((credentialDeviceType === 'multiDevice') !== passkey.backupEligible)
      throw refusal('backup eligibility changed');
    if (newCounter <= passkey.signCount && (newCounter > 0 || passkey.signCount > 0)) {
      const subject = { memberId: passkey.memberId, context };
      const details = { passkeyId: passkey.id, expectedAbove: passkey.signCount, received: newCounter };
      await this.auditLog.record(this.database, 'passkey.counter_regressed', subject, details);
      throw refusal('counter went back: there may be a copy of the key');
    }
    const { id, memberId } = passkey;
    return { id, memberId, signCount: newCounter, backedUp: credentialBackedUp, userVerified };
  }

  private async descriptorsOf(memberId: string): Promise<{ id: string; transports: AuthenticatorTransport[] }[]> {
    const credentials = await this.passkeys.credentialsOf(memberId);
    return credentials.map(({ credentialId, transports }) => ({
      id: credentialId.toString('base64url'),
      transports: transports as AuthenticatorTransport[],
    }));
  }
}

/** What a passkey remembers of its member: the id, random and no personal datum, in 16 bytes. */
function handleOf(memberId: string): Buffer<ArrayBuffer> {
  return Buffer.from(memberId.replaceAll('-', ''), 'hex');
}

/**
 * Lets through what `attestation: "none"` can bring: none, or the passkey's own signature. We trust no maker, and looking
 * at certificates means fetching their revocation lists from wherever they say, which a stranger could have written.
 */
function refuseCertificates(attestation: AttestationObject): void {
  const format: string = attestation.get('fmt');
  const isSelfSigned = format === 'packed' && attestation.get('attStmt').get('x5c') === undefined;
  if (format !== 'none' && !isSelfSigned) throw new Error(`attestation ${format} was not asked for`);
}

/** The library throws plain errors at whatever it does not like, quoting it: a stranger's words have no place in the log. */
async function orRefuse<T>(verify: () => Promise<T>): Promise<T> {
  try {
    return await verify();
  } catch (cause) {
    const detail = (cause as Error).message.replace(/"[^"]*"/g, '…').slice(0, MAX_DETAIL);
    throw new DomainError('passkey_invalid', { detail, cause });
  }
}

function refusal(detail: string): DomainError {
  return new DomainError('passkey_invalid', { detail });
}
