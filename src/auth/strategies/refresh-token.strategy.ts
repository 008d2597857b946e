import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { ExtractJwt, Strategy } from 'passport-jwt';
import { AppConfig } from '../../platform/config/app-config.js';
import type { VerifiedToken } from '../../platform/crypto/tokens/token-purpose.js';
import { TokensService } from '../../platform/crypto/tokens/tokens.service.js';
import { refreshCookieName } from '../tokens/token-cookies.js';
import { fromBearerHeader, fromBody, fromCookie } from './token-sources.js';
import { strategyOptions } from './strategy-options.js';

/**
 * Accepts refresh tokens and no other kind, from the Authorization header, the body or the cookie,
 * in that order.
 */
@Injectable()
export class RefreshTokenStrategy extends PassportStrategy(Strategy, 'refresh-token') {
  constructor(
    private readonly tokens: TokensService,
    config: AppConfig,
  ) {
    const sources = [fromBearerHeader, fromBody('refreshToken'), fromCookie(refreshCookieName(config))];
    super(strategyOptions(tokens, 'refresh', ExtractJwt.fromExtractors(sources)));
  }

  /**
   * Accepts an expired token too: if the answer with the next token was lost, the client has only this one,
   * and the session may live on. {@link RefreshService} and {@link SessionTokenGuard} check the expiry.
   */
  validate(payload: Record<string, unknown>): VerifiedToken<'refresh'> {
    return this.tokens.readExpirableClaims('refresh', payload);
  }
}
