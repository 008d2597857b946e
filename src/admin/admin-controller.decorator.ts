import { applyDecorators, Controller, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import { Roles } from '../platform/http/roles.decorator.js';
import { ApiBodyProblems, ApiProblems, SIGNED_IN } from '../platform/http/problems/api-problems.decorator.js';
import type { ErrorCode } from '../platform/http/problems/error-catalogue.js';
import { AdminGuard } from './admin.guard.js';

/**
 * A controller under /api/admin. Sets the path together with the access rules, so that no
 * controller can have one without the other.
 */
export function AdminController(path: string): ClassDecorator {
  return applyDecorators(
    Controller(`admin/${path}`),
    Roles('admin'),
    UseGuards(AdminGuard),
    ApiTags('Administration'),
    ApiBearerAuth('access'),
  );
}

const READING: readonly ErrorCode[] = [...SIGNED_IN, 'forbidden', 'two_factor_required'];
const CHANGING: readonly ErrorCode[] = [...READING, 'reauth_required', 'not_found'];

/** Documents the errors of an operation that only reads. */
export const AdminReadProblems = (...codes: ErrorCode[]): MethodDecorator => ApiProblems(...READING, ...codes);

/** Documents the errors of an operation that changes something and has no request body. */
export const AdminActProblems = (...codes: ErrorCode[]): MethodDecorator => ApiProblems(...CHANGING, ...codes);

/** Documents the errors of an operation that changes something and has a request body. */
export const AdminBodyProblems = (...codes: ErrorCode[]): MethodDecorator => ApiBodyProblems(...CHANGING, ...codes);
