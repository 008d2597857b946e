import { SetMetadata, type CustomDecorator, type ExecutionContext } from '@nestjs/common';
import type { Reflector } from '@nestjs/core';
import type { Role } from './principal.js';

const ROLES = 'munjigi:roles';

/**
 * Restricts a route to members with one of the roles. A route without this decorator accepts the
 * access token of any member. With an empty list of roles, the route is for API keys only.
 */
export const Roles = (...roles: Role[]): CustomDecorator => SetMetadata(ROLES, roles);

/** @returns the roles that the route is restricted to; undefined without a restriction */
export const rolesOf = (reflector: Reflector, context: ExecutionContext): readonly Role[] | undefined =>
  reflector.getAllAndOverride<Role[] | undefined>(ROLES, [context.getHandler(), context.getClass()]);
