import { Module } from '@nestjs/common';
import { ApiKeysModule } from '../../security/api-keys/api-keys.module.js';
import { SessionsModule } from '../../sessions/sessions.module.js';
import { RevocationBroadcastService } from './revocation-broadcast.service.js';
import { RevocationSnapshots } from './revocation-snapshots.js';
import { RevocationsController } from './revocations.controller.js';

/** Revocations for APIs that verify access tokens by themselves. */
@Module({
  imports: [ApiKeysModule, SessionsModule],
  controllers: [RevocationsController],
  providers: [RevocationSnapshots, RevocationBroadcastService],
})
export class RevocationStreamModule {}
