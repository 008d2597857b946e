import type { JwtFromRequestFunction, SecretOrKeyProvider, StrategyOptionsWithoutRequest } from 'passport-jwt';
import type { TokenPurpose } from '../../platform/crypto/tokens/token-purpose.js';
import type { TokensService } from '../../platform/crypto/tokens/tokens.service.js';

/** How passport-jwt is to verify tokens of one purpose: our key, our algorithm, our audience, whatever the token says of itself. */
export function strategyOptions(
  tokens: TokensService,
  purpose: TokenPurpose,
  jwtFromRequest: JwtFromRequestFunction,
): StrategyOptionsWithoutRequest {
  const { algorithms, audience, issuer, ignoreExpiration } = tokens.verifyOptions(purpose);
  const secretOrKeyProvider: SecretOrKeyProvider = (_request, token: string, done) => {
    try {
      // The types of passport-jwt leave KeyObject out; jsonwebtoken underneath is fastest with it.
      done(null, tokens.keyFor(purpose, token) as unknown as Buffer);
    } catch (error) {
      done(error);
    }
  };
  return { jwtFromRequest, secretOrKeyProvider, algorithms, audience, issuer, ignoreExpiration };
}
