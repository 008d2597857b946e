import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { ExtractJwt, Strategy } from 'passport-jwt';
import type { VerifiedToken } from '../../platform/crypto/tokens/token-purpose.js';
import { TokensService } from '../../platform/crypto/tokens/tokens.service.js';
import { strategyOptions } from './strategy-options.js';
import { fromBearerHeader, fromBody } from './token-sources.js';

/** Accepts reset tokens and no other kind, from the Authorization header or the body. */
@Injectable()
export class ResetTokenStrategy extends PassportStrategy(Strategy, 'reset-token') {
  constructor(private readonly tokens: TokensService) {
    super(strategyOptions(tokens, 'reset', ExtractJwt.fromExtractors([fromBearerHeader, fromBody('resetToken')])));
  }

  validate(payload: Record<string, unknown>): VerifiedToken<'reset'> {
    return this.tokens.readClaims('reset', payload);
  }
}
