import { Injectable } from '@nestjs/common';
import type { ClientContext } from '../../platform/http/client-context.js';
import { isReservedLoginId, LOGIN_ID_PATTERN, normaliseLoginId } from '../../users/login-id.js';
import { AppConfig } from '../../platform/config/app-config.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { IpLimitsService } from '../../security/rate-limits/ip-limits.service.js';
import { LoginIdsRepository } from '../../users/login-ids.repository.js';

export interface LoginIdAvailability {
  available: boolean;
  reason?: 'invalid' | 'reserved' | 'taken';
}

/**
 * Checks whether a login ID is available. The answer shows which login IDs exist, so the number of
 * checks is limited and the operator can switch them off.
 */
@Injectable()
export class LoginIdCheckService {
  constructor(
    private readonly config: AppConfig,
    private readonly loginIds: LoginIdsRepository,
    private readonly ipLimits: IpLimitsService,
  ) {}

  /** @throws DomainError `not_found` where the check is switched off; `too_many_requests` */
  async check(input: string, context: ClientContext): Promise<LoginIdAvailability> {
    if (!this.config.env.LOGIN_ID_CHECK_ENABLED)
      throw new DomainError('not_found', { detail: 'login-ID check is off' });
    await this.ipLimits.takeRequest(context);
    const loginId = normaliseLoginId(input);
    if (!LOGIN_ID_PATTERN.test(loginId)) return { available: false, reason: 'invalid' };
    if (isReservedLoginId(loginId)) return { available: false, reason: 'reserved' };
    return (await this.loginIds.isTaken(loginId)) ? { available: false, reason: 'taken' } : { available: true };
  }
}
