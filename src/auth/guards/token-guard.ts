import type { CanActivate, Type } from '@nestjs/common';
import { AuthGuard, type IAuthGuard } from '@nestjs/passport';
import { DomainError } from '../../platform/http/problems/domain-error.js';

/**
 * Makes a guard that sets `request.user` to what the strategy read from the token. The guard refuses
 * an authentic token that has expired with `token_expired`, unless the strategy accepts it. It refuses
 * everything else with `token_invalid`. The reason goes to the log only.
 */
export function TokenGuard(...strategies: string[]): Type<IAuthGuard & CanActivate> {
  class StrategyGuard extends AuthGuard(strategies) {
    override handleRequest<T>(error: unknown, user: T | false | null | undefined, info: unknown): T {
      if (user) return user;
      // Several strategies give a list of reasons. The most helpful reason is that the token was
      // authentic but has expired.
      const reasons = [error, info].flat();
      const refusals = reasons.filter((reason) => reason instanceof DomainError);
      const refusal = refusals.find(({ code }) => code === 'token_expired') ?? refusals[0];
      if (refusal) throw refusal;
      if (error instanceof Error) throw error;
      throw new DomainError('token_invalid', {
        detail: reasons.map((reason) => (reason as Error | undefined)?.message).find(Boolean),
      });
    }
  }
  return StrategyGuard;
}
