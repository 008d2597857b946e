import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../platform/config/app-config.js';
import { FieldCipher } from '../../platform/crypto/field-cipher.js';
import { KeyRing } from '../../platform/crypto/key-ring.js';
import { Clock } from '../../platform/database/clock.js';
import type { Sql, Tx } from '../../platform/database/sql.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { TotpSecretsRepository, type StoredTotp } from './totp-secrets.repository.js';
import { newTotpEnrolment, totpStepOf, type TotpEnrolment } from './totp.js';

/**
 * A code that matched. Only {@link TotpService.spend} or {@link TotpService.confirm} accepts it.
 */
export interface MatchedTotp {
  readonly kind: 'totp';
  readonly encryptedSecret: Buffer;
  readonly step: number;
}

/** Authenticator apps (RFC 6238): keeps their secrets encrypted and matches their codes. */
@Injectable()
export class TotpService {
  private readonly cipher: FieldCipher;

  constructor(
    private readonly config: AppConfig,
    private readonly keys: KeyRing,
    private readonly clock: Clock,
    private readonly secrets: TotpSecretsRepository,
  ) {
    this.cipher = new FieldCipher(keys.all('totp-secret'));
  }

  /** Whether logins of this member accept an app. */
  async isConfirmed(sql: Sql, memberId: string): Promise<boolean> {
    return this.secrets.isConfirmed(sql, memberId);
  }

  /**
   * Stores a new secret. Logins do not need it until {@link confirm}.
   * @param label what the app shows beside the product's name
   * @returns the secret; this is the only time it can be read
   * @throws DomainError `totp_already_enabled`
   */
  async enrol(tx: Tx, memberId: string, label: string): Promise<TotpEnrolment> {
    const enrolment = newTotpEnrolment(this.config.env.PRODUCT_NAME, label);
    const encryptedSecret = this.cipher.encrypt(enrolment.secret, memberId);
    if (!(await this.secrets.putUnconfirmed(tx, memberId, encryptedSecret, this.keys.ids[0]!)))
      throw new DomainError('totp_already_enabled');
    return enrolment;
  }

  /**
   * Matches a code of the confirmed app.
   * @throws DomainError `code_invalid`, also if the member has none
   */
  async match(memberId: string, code: string): Promise<MatchedTotp> {
    const totp = await this.secrets.find(memberId);
    return this.matchSecret(memberId, totp?.isConfirmed === true ? totp : null, code);
  }

  /**
   * Matches the first code of an app that awaits confirmation.
   * @throws DomainError `code_invalid`
   */
  async matchUnconfirmed(memberId: string, code: string): Promise<MatchedTotp> {
    const totp = await this.secrets.find(memberId);
    return this.matchSecret(memberId, totp?.isConfirmed === false ? totp : null, code);
  }

  /**
   * From this commit on, logins need the app.
   * @throws DomainError `code_invalid` for the second of two confirmations
   */
  async confirm(tx: Tx, memberId: string, { encryptedSecret, step }: MatchedTotp): Promise<void> {
    if (!(await this.secrets.confirm(tx, memberId, encryptedSecret, step)))
      throw new DomainError('code_invalid', {
        detail: 'app confirmed, replaced or removed since the code was checked',
      });
  }

  /**
   * Uses the code up.
   * @throws DomainError `code_invalid` for the second of two requests with one code
   */
  async spend(tx: Tx, memberId: string, { encryptedSecret, step }: MatchedTotp): Promise<void> {
    if (!(await this.secrets.spendStep(tx, memberId, encryptedSecret, step)))
      throw new DomainError('code_invalid', { detail: 'code of the app used before, or its secret changed' });
  }

  private matchSecret(memberId: string, totp: StoredTotp | null, code: string): MatchedTotp {
    const step = totp && totpStepOf(this.cipher.decrypt(totp.encryptedSecret, memberId), code, this.clock.nowSeconds());
    // A used code counts as wrong. If it counted as right, each use would reset the count of failures
    // (OC-10).
    if (totp === null || step === null || step <= totp.lastStep)
      throw new DomainError('code_invalid', { detail: 'wrong or used code of the app' });
    return { kind: 'totp', encryptedSecret: totp.encryptedSecret, step };
  }
}
