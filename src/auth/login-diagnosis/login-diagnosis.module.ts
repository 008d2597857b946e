import { Module } from '@nestjs/common';
import { AdministratorsModule } from '../../mfa/administrators/administrators.module.js';
import { MfaModule } from '../../mfa/mfa.module.js';
import { MailModule } from '../../mail/mail.module.js';
import { AuditLogModule } from '../../security/audit-log/audit-log.module.js';
import { RateLimitsModule } from '../../security/rate-limits/rate-limits.module.js';
import { UsersModule } from '../../users/users.module.js';
import { VerificationModule } from '../../verification/verification.module.js';
import { SignUpLookupRepository } from '../sign-up/sign-up-lookup.repository.js';
import { LoginDiagnosisController } from './login-diagnosis.controller.js';
import { LoginDiagnosisService } from './login-diagnosis.service.js';
import { MemberFactsService } from './member-facts.service.js';
import { SignUpFactsService } from './sign-up-facts.service.js';
import { StrangerFactsService } from './stranger-facts.service.js';

/**
 * Explains to administrators why a person cannot log in. The module is in `auth/` and not in
 * `admin/`, because it reads sign-ups and explains logins.
 */
@Module({
  imports: [
    ...[AdministratorsModule, AuditLogModule, MailModule, MfaModule],
    ...[RateLimitsModule, UsersModule, VerificationModule],
  ],
  controllers: [LoginDiagnosisController],
  providers: [
    ...[LoginDiagnosisService, MemberFactsService, StrangerFactsService],
    ...[SignUpFactsService, SignUpLookupRepository],
  ],
})
export class LoginDiagnosisModule {}
