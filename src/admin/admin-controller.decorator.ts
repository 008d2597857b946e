import { applyDecorators, Controller, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import { Roles } from '../platform/http/roles.decorator.js';
import { ApiBodyProblems, ApiProblems, SIGNED_IN } from '../platform/http/problems/api-problems.decorator.js';
import type { ErrorCode } from '../platform/http/problems/error-catalogue.js';
import { AdminGuard } from './admin.guard.js';

/** A controller under /api/admin: the path and everything that keeps others out, in one word, so that neither comes without the other. */
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

/** The errors of an operation that reads. */
export const AdminReadProblems = (...codes: ErrorCode[]): MethodDecorator => ApiProblems(...READING, ...codes);

/** The errors of an operation that changes something and takes no body. */
export const AdminActProblems = (...codes: ErrorCode[]): MethodDecorator => ApiProblems(...CHANGING, ...codes);

/** The errors of an operation that changes something and takes a body. */
export const AdminBodyProblems = (...codes: ErrorCode[]): MethodDecorator => ApiBodyProblems(...CHANGING, ...codes);
