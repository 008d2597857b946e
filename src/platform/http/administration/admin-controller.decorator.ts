import { applyDecorators, Controller, UseInterceptors } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { ErrorCode } from '../problems/error-catalogue.js';
import type { ApiKeyScope } from '../principal.js';
import { Roles } from '../roles.decorator.js';
import { API_KEY_PROBLEMS, Scope } from '../scope.decorator.js';
import { SignedIn } from '../signed-in.decorator.js';
import { ApiAuditReason } from './audit-reason.js';
import { AuditReasonInterceptor } from './audit-reason.interceptor.js';

/**
 * Marks a controller under /api/admin. Sets the path together with the role, for which the guards
 * require a second factor and a recent login, so that no controller can have one without the other.
 */
export function AdminController(path: string): ClassDecorator {
  return applyDecorators(
    Controller(`admin/${path}`),
    Roles('admin'),
    UseInterceptors(AuditReasonInterceptor),
    ApiTags('Administration'),
  );
}

/** What an operation of the administration can refuse a person with. */
const READ_PROBLEMS = ['forbidden', 'two_factor_required'] as const satisfies ErrorCode[];
const CHANGE_PROBLEMS = [
  ...READ_PROBLEMS,
  'reauth_required',
  'not_found',
  'validation_failed',
] as const satisfies ErrorCode[];

/** Documents an operation that only reads, and opens it to API keys with the scope. */
export const AdminReads = (scope: ApiKeyScope, ...codes: ErrorCode[]): MethodDecorator =>
  applyDecorators(Scope(scope), SignedIn(...READ_PROBLEMS, ...API_KEY_PROBLEMS, ...codes));

/**
 * Documents an operation that changes something, and opens it to API keys with the scope. The guard of
 * administrators requires a recent login of people.
 */
export const AdminChanges = (scope: ApiKeyScope, ...codes: ErrorCode[]): MethodDecorator =>
  applyDecorators(
    Scope(scope),
    ApiAuditReason(),
    SignedIn(...CHANGE_PROBLEMS, 'person_required', ...API_KEY_PROBLEMS, ...codes),
  );

/** As {@link AdminReads}, for people only. API keys are refused with `person_required` (AK-03). */
export const PersonReads = (...codes: ErrorCode[]): MethodDecorator =>
  SignedIn(...READ_PROBLEMS, 'person_required', ...codes);

/** As {@link AdminChanges}, for people only: what needs the second factor of a person (AK-03). */
export const PersonChanges = (...codes: ErrorCode[]): MethodDecorator =>
  applyDecorators(ApiAuditReason(), SignedIn(...CHANGE_PROBLEMS, 'person_required', ...codes));
