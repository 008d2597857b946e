import { applyDecorators, Controller, UseGuards } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { ErrorCode } from '../platform/http/problems/error-catalogue.js';
import { Roles } from '../platform/http/roles.decorator.js';
import { SignedIn } from '../platform/http/signed-in.decorator.js';
import { AdminGuard } from './admin.guard.js';

/**
 * Marks a controller under /api/admin. Sets the path together with the access rules, so that no
 * controller can have one without the other.
 */
export function AdminController(path: string): ClassDecorator {
  return applyDecorators(Controller(`admin/${path}`), Roles('admin'), UseGuards(AdminGuard), ApiTags('Administration'));
}

/** Documents an operation that only reads. */
export const AdminReads = (...codes: ErrorCode[]): MethodDecorator =>
  SignedIn('forbidden', 'two_factor_required', ...codes);

/** Documents an operation that changes something; {@link AdminGuard} requires a recent login for it. */
export const AdminChanges = (...codes: ErrorCode[]): MethodDecorator =>
  AdminReads('reauth_required', 'not_found', ...codes);
