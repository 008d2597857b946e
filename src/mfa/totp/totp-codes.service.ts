import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/database/clock.js';
import { KeyRing } from '../../platform/crypto/key-ring.js';
import { FieldCipher } from '../../platform/crypto/field-cipher.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { totpStepOf } from './totp.js';
import type { StoredTotp } from '../two-factor.repository.js';

/** A code of an app that fits; using its step up decides. */
export interface MatchedTotp {
  readonly kind: 'totp';
  readonly sealed: Buffer;
  readonly step: number;
}

/** Keeps the secrets of authenticator apps sealed, and recognises their codes. */
@Injectable()
export class TotpCodesService {
  private readonly box: FieldCipher;

  constructor(
    private readonly keys: KeyRing,
    private readonly clock: Clock,
  ) {
    this.box = new FieldCipher(keys.all('totp-secret'));
  }

  /** The secret as it is stored, and the name of the key that it needs. */
  seal(secret: string, memberId: string): { sealed: Buffer; keyId: string } {
    return { sealed: this.box.encrypt(secret, memberId), keyId: this.keys.ids[0]! };
  }

  /** @param totp null where the member has no app. @throws DomainError `code_invalid` */
  match(memberId: string, totp: StoredTotp | null, code: string): MatchedTotp {
    const step = totp && totpStepOf(this.box.decrypt(totp.sealed, memberId), code, this.clock.nowSeconds());
    // A code that was used counts as wrong: as a right one it would clear the count, again and again (OC-10).
    if (totp === null || step === null || step <= totp.lastStep)
      throw new DomainError('code_invalid', { detail: 'wrong code of the app, or used' });
    return { kind: 'totp', sealed: totp.sealed, step };
  }
}
