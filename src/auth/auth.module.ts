import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { PassportModule } from '@nestjs/passport';
import { AuditModule } from '../audit/audit.module.js';
import { MailModule } from '../mail/mail.module.js';
import { NoticesModule } from '../notices/notices.module.js';
import { PasswordsModule } from '../passwords/passwords.module.js';
import { PasskeysModule } from '../passkeys/passkeys.module.js';
import { RateLimitsModule } from '../rate-limits/rate-limits.module.js';
import { ReauthenticationModule } from '../reauthentication/reauthentication.module.js';
import { RiskModule } from '../risk/risk.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { TokensModule } from '../tokens/tokens.module.js';
import { TwoFactorModule } from '../two-factor/two-factor.module.js';
import { UsersModule } from '../users/users.module.js';
import { VerificationModule } from '../verification/verification.module.js';
import { CodeRequestsService } from './code-requests.service.js';
import { AccessTokenGuard } from './guards/access-token.guard.js';
import { RolesGuard } from './guards/roles.guard.js';
import { LoginController } from './login.controller.js';
import { LoginIdCheckService } from './login-id-check.service.js';
import { LoginIdController } from './login-id.controller.js';
import { LoginIdRecoveryService } from './login-id-recovery.service.js';
import { LoginLockNoticeService } from './login-lock-notice.service.js';
import { LoginService } from './login.service.js';
import { PasskeyLoginController } from './passkey-login.controller.js';
import { PasskeyLoginService } from './passkey-login.service.js';
import { PasswordChangeController } from './password-change.controller.js';
import { PasswordChangeService } from './password-change.service.js';
import { PasswordResetController } from './password-reset.controller.js';
import { PasswordResetService } from './password-reset.service.js';
import { ResetTokens } from './reset-tokens.js';
import { SignInService } from './sign-in.service.js';
import { SignUpController } from './sign-up.controller.js';
import { SignUpService } from './sign-up.service.js';
import { SignUpsRepository } from './sign-ups.repository.js';
import { AccessTokenStrategy } from './strategies/access-token.strategy.js';
import { RefreshTokenStrategy } from './strategies/refresh-token.strategy.js';
import { ResetTokenStrategy } from './strategies/reset-token.strategy.js';
import { TokenCookies } from './token-cookies.js';
import { TokenVerificationService } from './token-verification.service.js';
import { TokensController } from './tokens.controller.js';

/** What a person does to get in: one service for each thing. */
@Module({
  imports: [
    PassportModule,
    ...[AuditModule, MailModule, NoticesModule, PasswordsModule, RateLimitsModule, RiskModule],
    ...[SessionsModule, TokensModule, UsersModule, VerificationModule, ReauthenticationModule, TwoFactorModule],
    PasskeysModule,
  ],
  controllers: [
    SignUpController,
    LoginIdController,
    LoginController,
    PasskeyLoginController,
    TokensController,
    PasswordResetController,
    PasswordChangeController,
  ],
  providers: [
    { provide: APP_GUARD, useClass: AccessTokenGuard },
    { provide: APP_GUARD, useClass: RolesGuard },
    ...[AccessTokenStrategy, RefreshTokenStrategy, ResetTokenStrategy],
    ...[SignUpService, SignUpsRepository, LoginIdCheckService, LoginIdRecoveryService],
    ...[
      LoginService,
      PasskeyLoginService,
      SignInService,
      LoginLockNoticeService,
      TokenVerificationService,
      PasswordResetService,
      PasswordChangeService,
    ],
    ...[CodeRequestsService, ResetTokens, TokenCookies],
  ],
})
export class AuthModule {}
