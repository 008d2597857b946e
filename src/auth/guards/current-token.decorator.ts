import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { VerifiedToken } from '../../platform/crypto/tokens/token-purpose.js';
import type { Principal } from '../../platform/http/principal.js';

export type SessionReference = Pick<Principal, 'memberId' | 'sessionId'>;

/** The claims of the token that the guard of the route accepted. */
export const CurrentToken = createParamDecorator((_: unknown, context: ExecutionContext): unknown => {
  return context.switchToHttp().getRequest<{ user: unknown }>().user;
});

/** The session that the access or refresh token names. For routes with {@link SessionTokenGuard}. */
export const CurrentSession = createParamDecorator((_: unknown, context: ExecutionContext): SessionReference => {
  const { user } = context.switchToHttp().getRequest<{ user: Principal | VerifiedToken<'refresh'> }>();
  return 'sid' in user ? { memberId: user.sub, sessionId: user.sid } : user;
});
