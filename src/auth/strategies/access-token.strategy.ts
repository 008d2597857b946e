import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { Strategy } from 'passport-jwt';
import type { MemberPrincipal } from '../../platform/http/principal.js';
import type { VerifiedToken } from '../../platform/crypto/tokens/token-purpose.js';
import { TokensService } from '../../platform/crypto/tokens/tokens.service.js';
import { strategyOptions } from './strategy-options.js';
import { fromAccessHeader } from './token-sources.js';

/**
 * Accepts access tokens and no other kind. `AccessTokenGuard` checks whether the session has been revoked.
 */
@Injectable()
export class AccessTokenStrategy extends PassportStrategy(Strategy, 'access-token') {
  constructor(private readonly tokens: TokensService) {
    super({ ...strategyOptions(tokens, 'access', fromAccessHeader), passReqToCallback: true });
  }

  validate(request: Parameters<typeof fromAccessHeader>[0], payload: Record<string, unknown>): MemberPrincipal {
    const claims = this.tokens.readClaims('access', payload);
    this.tokens.remember(fromAccessHeader(request)!, claims);
    return principalOf(claims);
  }
}

export function principalOf({ sub, sid, role, cnf }: VerifiedToken<'access'>): MemberPrincipal {
  const principal = { memberId: sub, sessionId: sid, role };
  return cnf ? { ...principal, keyThumbprint: cnf.jkt } : principal;
}
