import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { CountriesModule } from '../countries/countries.module.js';
import { NoticesModule } from '../notices/notices.module.js';
import { RiskModule } from '../risk/risk.module.js';
import { TokensModule } from '../tokens/tokens.module.js';
import { UsersModule } from '../users/users.module.js';
import { DevicesRepository } from './devices.repository.js';
import { OwnSessionsService } from './own-sessions.service.js';
import { RefreshService } from './refresh.service.js';
import { RevocationFeed } from './revocation-feed.js';
import { RevocationsRepository } from './revocations.repository.js';
import { RotationsRepository } from './rotations.repository.js';
import { SessionTokens } from './session-tokens.js';
import { SessionsController } from './sessions.controller.js';
import { SessionsRepository } from './sessions.repository.js';
import { SessionsService } from './sessions.service.js';

/** Signed-in devices. */
@Module({
  imports: [AuditModule, CountriesModule, NoticesModule, RiskModule, TokensModule, UsersModule],
  controllers: [SessionsController],
  providers: [
    SessionsService,
    RefreshService,
    SessionTokens,
    OwnSessionsService,
    SessionsRepository,
    DevicesRepository,
    RevocationsRepository,
    RotationsRepository,
    RevocationFeed,
  ],
  exports: [SessionsService, RefreshService, RevocationFeed],
})
export class SessionsModule {}
