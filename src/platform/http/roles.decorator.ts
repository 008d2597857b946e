import { SetMetadata, type CustomDecorator } from '@nestjs/common';
import type { Role } from './principal.js';

export const ROLES = 'munjigi:roles';

/** Who may call a route, beyond having an access token. Without it, every member may. */
export const Roles = (...roles: Role[]): CustomDecorator => SetMetadata(ROLES, roles);
