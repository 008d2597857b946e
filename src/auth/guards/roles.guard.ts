import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { isApiKey, type Principal } from '../../platform/http/principal.js';
import { rolesOf } from '../../platform/http/roles.decorator.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';

/**
 * Enforces `@Roles()`. Runs after the access-token guard, which has checked the scope of an API key.
 * A changed role ends the sessions whose tokens carry the old one.
 */
@Injectable()
export class RolesGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  /** @throws DomainError `forbidden` */
  canActivate(context: ExecutionContext): boolean {
    const roles = rolesOf(this.reflector, context);
    if (!roles) return true;
    // A route that was made public by mistake has no user: refuse the request instead of crashing.
    const { user } = context.switchToHttp().getRequest<{ user?: Principal }>();
    if (user && isApiKey(user)) return true;
    if (!user || !roles.includes(user.role))
      throw new DomainError('forbidden', { detail: `needs ${roles.join(', ') || 'an API key'}` });
    return true;
  }
}
