import { Module } from '@nestjs/common';
import { AuditLogModule } from '../security/audit-log/audit-log.module.js';
import { CountriesModule } from '../platform/geoip/countries.module.js';
import { NotificationsModule } from '../mail/notifications/notifications.module.js';
import { RiskModule } from '../security/risk/risk.module.js';
import { TokenHook } from '../platform/token-hook/token-hook.js';
import { TokensModule } from '../platform/crypto/tokens/tokens.module.js';
import { UsersModule } from '../users/users.module.js';
import { VerificationModule } from '../verification/verification.module.js';
import { DevicesRepository } from './devices/devices.repository.js';
import { KnownDevicesService } from './devices/known-devices.service.js';
import { MemberWritesService } from './member-writes.service.js';
import { AccessRevocationService } from './revocation/access-revocation.service.js';
import { RefreshCountsRepository } from './refresh-counts/refresh-counts.repository.js';
import { RefreshCountsService } from './refresh-counts/refresh-counts.service.js';
import { RevocationFeed } from './revocation/revocation-feed.js';
import { RevocationsRepository } from './revocation/revocations.repository.js';
import { SessionRevocationService } from './revocation/session-revocation.service.js';
import { RotationsRepository } from './rotations.repository.js';
import { SessionOpeningService } from './session-opening.service.js';
import { SessionTokens } from './session-tokens.js';
import { SessionsRepository } from './sessions.repository.js';
import { SessionsService } from './sessions.service.js';

/** Sessions: one row per signed-in device, its tokens, and the revocation of both. */
@Module({
  imports: [
    AuditLogModule,
    CountriesModule,
    NotificationsModule,
    RiskModule,
    TokensModule,
    UsersModule,
    VerificationModule,
  ],
  providers: [
    SessionsService,
    SessionOpeningService,
    TokenHook,
    MemberWritesService,
    SessionRevocationService,
    AccessRevocationService,
    KnownDevicesService,
    SessionTokens,
    SessionsRepository,
    DevicesRepository,
    RevocationsRepository,
    RotationsRepository,
    RefreshCountsRepository,
    RefreshCountsService,
    RevocationFeed,
  ],
  exports: [
    SessionsService,
    SessionOpeningService,
    TokenHook,
    MemberWritesService,
    SessionRevocationService,
    AccessRevocationService,
    KnownDevicesService,
    SessionTokens,
    SessionsRepository,
    RotationsRepository,
    RefreshCountsRepository,
    RefreshCountsService,
    RevocationFeed,
  ],
})
export class SessionsModule {}
