import { applyDecorators, UseGuards } from '@nestjs/common';
import type { ErrorCode } from '../../platform/http/problems/error-catalogue.js';
import { SignedIn } from '../../platform/http/signed-in.decorator.js';
import { RecentLoginGuard } from './recent-login.guard.js';

/** The session's login or password check must be recent; otherwise `reauth_required`. */
export function RecentlySignedIn(...codes: ErrorCode[]): MethodDecorator {
  return applyDecorators(UseGuards(RecentLoginGuard), SignedIn('reauth_required', ...codes));
}

/** As {@link RecentlySignedIn}, for operations whose body may contain the password again. */
export function WithPassword(...codes: ErrorCode[]): MethodDecorator {
  return RecentlySignedIn('invalid_credentials', 'overloaded', ...codes);
}
