import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Principal, Role } from '../../platform/http/principal.js';
import { ROLES } from '../../platform/http/roles.decorator.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';

/** Holds callers to `@Roles()`. Stands behind the access-token guard; a role that changes ends the sessions whose tokens state the old one. */
@Injectable()
export class RolesGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  /** @throws DomainError `forbidden` */
  canActivate(context: ExecutionContext): boolean {
    const roles = this.reflector.getAllAndOverride<Role[] | undefined>(ROLES, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (!roles) return true;
    // Not `user.role`: on a route that somebody made public by mistake there is nobody, and nobody has no role.
    const { user } = context.switchToHttp().getRequest<{ user?: Principal }>();
    if (!user || !roles.includes(user.role))
      throw new DomainError('forbidden', { detail: `needs ${roles.join(', ')}` });
    return true;
  }
}
