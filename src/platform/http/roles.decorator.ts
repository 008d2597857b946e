import { SetMetadata, type CustomDecorator } from '@nestjs/common';
import type { Role } from './principal.js';

export const ROLES = 'munjigi:roles';

/**
 * Restricts a route to members with one of the roles. Without it, an access token of any member is
 * enough. Without any role, the route is for API keys only.
 */
export const Roles = (...roles: Role[]): CustomDecorator => SetMetadata(ROLES, roles);
