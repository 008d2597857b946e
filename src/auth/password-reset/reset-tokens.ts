import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/database/clock.js';
import { TokensService } from '../../platform/crypto/tokens/tokens.service.js';
import type { IssuedGrant } from '../../verification/reset-grants.repository.js';

export interface IssuedResetToken {
  readonly resetToken: string;
  /** Seconds. */
  readonly expiresIn: number;
}

/** Mints the token that stands for a reset grant. */
@Injectable()
export class ResetTokens {
  constructor(
    private readonly tokens: TokensService,
    private readonly clock: Clock,
  ) {}

  mint(grant: IssuedGrant): IssuedResetToken {
    return {
      resetToken: this.tokens.sign('reset', { sub: grant.memberId, jti: grant.id }, grant.issuedAt, grant.expiresAt),
      expiresIn: this.clock.secondsUntil(grant.expiresAt),
    };
  }
}
