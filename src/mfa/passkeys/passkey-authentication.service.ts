import { Injectable } from '@nestjs/common';
import type { PublicKeyCredentialRequestOptionsJSON } from '@simplewebauthn/server';
import type { ClientContext } from '../../platform/http/client-context.js';
import { AppConfig } from '../../platform/config/app-config.js';
import { Database } from '../../platform/database/database.js';
import type { Sql, Tx } from '../../platform/database/sql.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { AuditLogService } from '../../security/audit-log/audit-log.service.js';
import { PasskeyChallengesService } from './passkey-challenges.service.js';
import type { Assertion } from './passkey-credential.js';
import { passkeyInvalid, refuseErrors, unknownCredential } from './passkey-refusal.js';
import { PasskeysRepository, type PasskeyUse, type StoredPasskey } from './passkeys.repository.js';
import { userHandleOf } from './user-handle.js';
import { webauthn } from './webauthn.js';

/** For `navigator.credentials.get({ publicKey })`. */
export interface RequestOptions {
  readonly publicKey: PublicKeyCredentialRequestOptionsJSON;
  /** Seconds. */
  readonly expiresIn: number;
}

/** A passkey whose signature was right. It counts only once `spend` has recorded the use. */
export interface MatchedPasskey extends PasskeyUse {
  readonly kind: 'passkey';
  readonly memberId: string;
}

/** The log's reason for a passkey that may not stand for both factors. */
const ONLY_SECOND_FACTOR =
  'user not verified at registration or since, or restricted after a report: only a second factor';

/**
 * The authentication ceremony of WebAuthn (level 3, section 7.2). The challenge is spent before
 * anything is compared, so each allows one attempt. Every refusal is `passkey_invalid`, except
 * `passkey_changed`, which only follows a right signature. The log contains the reason.
 */
@Injectable()
export class PasskeyAuthenticationService {
  constructor(
    private readonly config: AppConfig,
    private readonly database: Database,
    private readonly passkeys: PasskeysRepository,
    private readonly challenges: PasskeyChallengesService,
    private readonly auditLog: AuditLogService,
  ) {}

  /**
   * Options for a login with a passkey alone. They name no account and no credential.
   */
  async beginLogin(): Promise<RequestOptions> {
    const { challenge, timeout, expiresIn } = await this.challenges.issue(this.database, 'login', null);
    const { id: rpID } = this.config.relyingParty;
    const options = { rpID, challenge, timeout, userVerification: 'required' } as const;
    const { generateAuthenticationOptions } = await webauthn();
    return { publicKey: await generateAuthenticationOptions(options), expiresIn };
  }

  /**
   * Verifies a passkey that is both factors at once. It must verify its user now, and must have done so
   * before: when it was registered, or after a right password.
   * @throws DomainError `passkey_invalid`, `passkey_changed`
   */
  async finishLogin(assertion: Assertion, context: ClientContext): Promise<MatchedPasskey> {
    await this.challenges.spend(assertion.response.clientDataJSON, 'login', null);
    const passkey = await this.get(assertion);
    if (assertion.response.userHandle !== userHandleOf(passkey.memberId).toString('base64url'))
      throw passkeyInvalid('user handle missing or of another member');
    if (!passkey.userVerified) throw passkeyInvalid(ONLY_SECOND_FACTOR);
    return this.verify(assertion, passkey, true, context);
  }

  /**
   * Options for a passkey of a known member: as the second factor, or alone in a session.
   * @throws DomainError `passkey_invalid` if the member has no passkey
   */
  async beginSecondFactor(sql: Sql, memberId: string): Promise<RequestOptions> {
    const allowCredentials = await this.passkeys.findDescriptors(sql, memberId);
    // A browser reads an empty list as "any passkey".
    if (allowCredentials.length === 0) throw passkeyInvalid('the member has no passkey');
    const { challenge, timeout, expiresIn } = await this.challenges.issue(sql, 'second-factor', memberId);
    const { id: rpID } = this.config.relyingParty;
    const options = { rpID, challenge, timeout, allowCredentials, userVerification: 'preferred' } as const;
    const { generateAuthenticationOptions } = await webauthn();
    return { publicKey: await generateAuthenticationOptions(options), expiresIn };
  }

  /**
   * Verifies a passkey as the second factor.
   * @throws DomainError `passkey_invalid`, `passkey_changed`
   */
  async finishSecondFactor(assertion: Assertion, memberId: string, context: ClientContext): Promise<MatchedPasskey> {
    return this.verify(assertion, await this.getOwn(assertion, memberId), false, context);
  }

  /**
   * Verifies a passkey of a signed-in member that stands for both factors, as in {@link finishLogin}.
   * @throws DomainError `passkey_invalid`, `passkey_changed`
   */
  async finishBothFactors(assertion: Assertion, memberId: string, context: ClientContext): Promise<MatchedPasskey> {
    const passkey = await this.getOwn(assertion, memberId);
    if (!passkey.userVerified) throw passkeyInvalid(ONLY_SECOND_FACTOR);
    return this.verify(assertion, passkey, true, context);
  }

  /**
   * Records the use.
   * @throws DomainError `passkey_invalid` if the passkey was removed, disputed or used since it was
   * verified
   */
  async spend(tx: Tx, passkey: MatchedPasskey): Promise<void> {
    if (!(await this.passkeys.recordUse(tx, passkey)))
      throw passkeyInvalid('passkey removed or disputed, or used by another request');
  }

  private async getOwn(assertion: Assertion, memberId: string): Promise<StoredPasskey> {
    await this.challenges.spend(assertion.response.clientDataJSON, 'second-factor', memberId);
    const passkey = await this.get(assertion);
    if (passkey.memberId !== memberId) throw passkeyInvalid('passkey of another member');
    return passkey;
  }

  private async get({ id }: Assertion): Promise<StoredPasskey> {
    const passkey = await this.passkeys.findByCredential(Buffer.from(id, 'base64url'));
    if (!passkey) throw unknownCredential(); // AC-71
    return passkey;
  }

  private async verify(
    assertion: Assertion,
    passkey: StoredPasskey,
    isBothFactors: boolean,
    context: ClientContext,
  ): Promise<MatchedPasskey> {
    const party = this.config.relyingParty;
    const { verifyAuthenticationResponse } = await webauthn();
    const { verified, authenticationInfo } = await refuseErrors(() =>
      verifyAuthenticationResponse({
        response: assertion,
        expectedChallenge: () => true, // spent before
        expectedOrigin: [...party.origins],
        expectedRPID: party.id,
        // The library checks the counter before the signature. Counter 0 always passes there; the
        // stored counter is compared below, when the signature is known to be right.
        credential: { id: assertion.id, publicKey: new Uint8Array(passkey.publicKey), counter: 0 },
        requireUserVerification: isBothFactors,
      }),
    );
    if (!verified) throw passkeyInvalid('signature wrong');
    const { newCounter, credentialDeviceType, credentialBackedUp, userVerified } = authenticationInfo;
    if ((credentialDeviceType === 'multiDevice') !== passkey.backupEligible)
      // The signature was right, so only the owner gets this code, which explains what to do.
      throw new DomainError('passkey_changed', { detail: 'backup eligibility changed' });
    if (newCounter <= passkey.signCount && (newCounter > 0 || passkey.signCount > 0)) {
      const subject = { memberId: passkey.memberId, context };
      const details = { passkeyId: passkey.id, expectedAbove: passkey.signCount, received: newCounter };
      await this.auditLog.record(this.database, 'passkey.counter_regressed', subject, details);
      throw passkeyInvalid('counter went back: there may be a copy of the key');
    }
    const { id, memberId } = passkey;
    const use = { id, signCount: newCounter, backedUp: credentialBackedUp, userVerified, isBothFactors };
    return { kind: 'passkey', memberId, ...use };
  }
}
