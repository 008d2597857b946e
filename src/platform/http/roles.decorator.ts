import { SetMetadata, type CustomDecorator } from '@nestjs/common';
import type { Role } from './principal.js';

export const ROLES = 'munjigi:roles';

/** Restricts a route to roles. Without it, an access token of any member is enough. */
export const Roles = (...roles: Role[]): CustomDecorator => SetMetadata(ROLES, roles);
