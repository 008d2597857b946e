import { Module } from '@nestjs/common';
import { MfaModule } from '../../mfa/mfa.module.js';
import { FederationModule } from '../../platform/federation/federation.module.js';
import { IdentityNotificationsModule } from '../../security/identities/identity-notifications.module.js';
import { SessionsModule } from '../../sessions/sessions.module.js';
import { UsersModule } from '../../users/users.module.js';
import { SocialNotificationsController } from './social-notifications.controller.js';
import { SocialNotificationsService } from './social-notifications.service.js';

/** What providers of social login report. */
@Module({
  imports: [FederationModule, IdentityNotificationsModule, MfaModule, SessionsModule, UsersModule],
  controllers: [SocialNotificationsController],
  providers: [SocialNotificationsService],
})
export class SocialNotificationsModule {}
