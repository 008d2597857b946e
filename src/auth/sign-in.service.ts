import { Injectable } from '@nestjs/common';
import type { Caller } from '../common/caller.js';
import type { Tx } from '../database/sql.js';
import { RiskService, type AssessedLogin } from '../risk/risk.service.js';
import {
  SessionsService,
  type IssuedTokens,
  type SessionOwner,
  type SignInDevice,
} from '../sessions/sessions.service.js';

/** Who logs in, on which device, and what went before. */
export interface SignIn {
  readonly owner: SessionOwner;
  readonly device: SignInDevice;
  /** Wrong passwords in a row before the right one. */
  readonly passwordFailures: number;
}

/** Opens the sessions of logins, unless they look too much like somebody else's. Every way to log in ends here. */
@Injectable()
export class SignInService {
  constructor(
    private readonly sessions: SessionsService,
    private readonly risk: RiskService,
  ) {}

  /**
   * Opens the session of a login that has shown all it needs. Null where it is refused as too risky: the caller lets the
   * transaction commit, because it holds what was found and the mail about it, and answers as if the password were wrong.
   * @throws DomainError `invalid_credentials`
   */
  async open(tx: Tx, signIn: SignIn, caller: Caller): Promise<IssuedTokens | null> {
    const { outcome, isMailed } = await this.risk.assessLogin(tx, await this.assessed(tx, signIn, caller), caller);
    if (outcome === 'end') return null;
    return this.sessions.open(tx, signIn.owner, { ...signIn.device, isMailed }, caller);
  }

  /** After the password, before a second factor is asked for; false where it is refused, as in {@link open}. */
  async mayGoOn(tx: Tx, signIn: SignIn, caller: Caller): Promise<boolean> {
    return this.risk.mayGoOn(tx, await this.assessed(tx, signIn, caller), caller);
  }

  /** The password was right and the second factor wrong. */
  async secondFactorFailed(tx: Tx, signIn: SignIn, caller: Caller): Promise<void> {
    await this.risk.assessWrongSecondFactor(tx, await this.assessed(tx, signIn, caller), caller);
  }

  private async assessed(tx: Tx, { owner, device, passwordFailures }: SignIn, caller: Caller): Promise<AssessedLogin> {
    const { memberId } = owner;
    const { knownDeviceId: deviceId, deviceName = null } = device;
    const isNewDevice = await this.sessions.isNewDevice(tx, memberId, deviceId, caller);
    return { memberId, deviceId, deviceName, isNewDevice, passwordFailures };
  }
}
