import { Injectable } from '@nestjs/common';
import type { VerifiedToken } from '../../platform/crypto/tokens/token-purpose.js';
import { TokensService } from '../../platform/crypto/tokens/tokens.service.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { RevocationFeed } from '../../sessions/revocation/revocation-feed.js';
import type { IntrospectionResponse } from './introspection.dto.js';

type InactiveReason = 'expired' | 'revoked' | 'invalid';

export type TokenVerdict =
  | { active: true; sub: string; sid: string; role: string; iat: number; exp: number; cnf?: { jkt: string } }
  | { active: false; reason: InactiveReason };

/** Verifies access tokens for other services. */
@Injectable()
export class TokenVerificationService {
  constructor(
    private readonly tokens: TokensService,
    private readonly revocations: RevocationFeed,
  ) {}

  /** For the product's own programs: the result names the reason why a token is not active. */
  async verify(token: string): Promise<TokenVerdict> {
    const claims = await this.readClaims(token);
    if (typeof claims === 'string') return { active: false, reason: claims };
    const { sub, sid, role, iat, exp, cnf } = claims;
    return { active: true, sub, sid, role, iat, exp, ...(cnf && { cnf }) };
  }

  /**
   * For gateways (RFC 7662): all claims of a token that is active, and nothing about a token that is
   * not (section 2.2). A token that is bound to a key is active; the gateway has to check the proof.
   */
  async introspect(token: string): Promise<IntrospectionResponse> {
    const claims = await this.readClaims(token);
    if (typeof claims === 'string') return { active: false };
    return { active: true, token_type: claims.cnf ? 'DPoP' : 'Bearer', ...this.tokens.readIssuer(token), ...claims };
  }

  private async readClaims(token: string): Promise<VerifiedToken<'access'> | InactiveReason> {
    try {
      const claims = this.tokens.verifyAccess(token);
      return (await this.revocations.isRevoked(claims.sid)) ? 'revoked' : claims;
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      return error.code === 'token_expired' ? 'expired' : 'invalid';
    }
  }
}
