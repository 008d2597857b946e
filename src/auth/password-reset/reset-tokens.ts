import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/database/clock.js';
import type { Tx } from '../../platform/database/sql.js';
import { TokensService } from '../../platform/crypto/tokens/tokens.service.js';
import { VerificationService } from '../../verification/verification.service.js';

export interface IssuedResetToken {
  readonly resetToken: string;
  /** Seconds. */
  readonly expiresIn: number;
}

/** Issues the tokens that set a new password once. */
@Injectable()
export class ResetTokens {
  constructor(
    private readonly verification: VerificationService,
    private readonly tokens: TokensService,
    private readonly clock: Clock,
  ) {}

  /** @param passwordVersion of the password that may be replaced; the token does not replace a later one */
  async issue(tx: Tx, memberId: string, passwordVersion: number): Promise<IssuedResetToken> {
    const { id, issuedAt, expiresAt } = await this.verification.grantReset(tx, memberId, passwordVersion);
    return {
      resetToken: this.tokens.sign('reset', { sub: memberId, jti: id }, issuedAt, expiresAt),
      expiresIn: this.clock.secondsUntil(expiresAt),
    };
  }
}
