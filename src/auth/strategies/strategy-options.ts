import type { JwtFromRequestFunction, SecretOrKeyProvider, StrategyOptionsWithoutRequest } from 'passport-jwt';
import type { TokenPurpose } from '../../platform/crypto/tokens/token-purpose.js';
import type { TokensService } from '../../platform/crypto/tokens/tokens.service.js';

/**
 * Options with which passport-jwt verifies tokens of one purpose. Algorithm, audience and issuer are
 * fixed here. A token can name only a key of its purpose.
 */
export function strategyOptions(
  tokens: TokensService,
  purpose: TokenPurpose,
  jwtFromRequest: JwtFromRequestFunction,
): StrategyOptionsWithoutRequest {
  const { algorithms, audience, issuer, ignoreExpiration } = tokens.verifyOptions(purpose);
  const secretOrKeyProvider: SecretOrKeyProvider = (_request, token: string, done) => {
    try {
      // The types of passport-jwt omit KeyObject, with which jsonwebtoken is fastest.
      done(null, tokens.keyFor(purpose, token) as unknown as Buffer);
    } catch (error) {
      done(error);
    }
  };
  return { jwtFromRequest, secretOrKeyProvider, algorithms, audience, issuer, ignoreExpiration };
}
