import { Injectable } from '@nestjs/common';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { RevocationFeed } from '../../sessions/revocation/revocation-feed.js';
import { TokensService } from '../../platform/crypto/tokens/tokens.service.js';

export type TokenVerdict =
  | { active: true; sub: string; sid: string; role: string; iat: number; exp: number; cnf?: { jkt: string } }
  | { active: false; reason: 'expired' | 'revoked' | 'invalid' };

/** Verifies access tokens for other services, similar to token introspection (RFC 7662). */
@Injectable()
export class TokenVerificationService {
  constructor(
    private readonly tokens: TokensService,
    private readonly revocations: RevocationFeed,
  ) {}

  async verify(token: string): Promise<TokenVerdict> {
    try {
      const { sub, sid, role, iat, exp, cnf } = this.tokens.verifyAccess(token);
      return (await this.revocations.isRevoked(sid))
        ? { active: false, reason: 'revoked' }
        : { active: true, sub, sid, role, iat, exp, ...(cnf && { cnf }) };
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      return { active: false, reason: error.code === 'token_expired' ? 'expired' : 'invalid' };
    }
  }
}
