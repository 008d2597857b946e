import { Get, Query } from '@nestjs/common';
import { AdminController, AdminReads } from '../../platform/http/administration/admin-controller.decorator.js';
import { Context } from '../../platform/http/client-context.decorator.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { CurrentPrincipal } from '../../platform/http/current-principal.decorator.js';
import type { Principal } from '../../platform/http/principal.js';
import { LoginDiagnosisQuery, LoginDiagnosisResponse, loginDiagnosisResponseOf } from './login-diagnosis.dto.js';
import { LoginDiagnosisService } from './login-diagnosis.service.js';

/** Helps administrators to help a person who cannot log in. */
@AdminController('login-diagnosis')
export class LoginDiagnosisController {
  constructor(private readonly diagnosis: LoginDiagnosisService) {}

  /**
   * Explain why a person cannot log in
   * @remarks Recorded as `member.viewed` if the identifier leads to a member, otherwise as `members.listed`; not recorded if
   * it is malformed. An API key sees only those `params` that its scopes open: of security events or of the outbox.
   */
  @Get()
  @AdminReads('members:read')
  async diagnose(
    @CurrentPrincipal() admin: Principal,
    @Query() { identifier }: LoginDiagnosisQuery,
    @Context() context: ClientContext,
  ): Promise<LoginDiagnosisResponse> {
    return loginDiagnosisResponseOf(await this.diagnosis.diagnose(admin, identifier, context));
  }
}
