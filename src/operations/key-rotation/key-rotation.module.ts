import { Module } from '@nestjs/common';
import { EventsModule } from '../../security/events/events.module.js';
import { FederationModule } from '../../platform/federation/federation.module.js';
import { MfaModule } from '../../mfa/mfa.module.js';
import { MissingSecretCheck } from './missing-secret-check.js';
import { ReEncryptionService } from './re-encryption.service.js';

/** Keeps long-lived encrypted values readable when SECRET changes. */
@Module({ imports: [EventsModule, FederationModule, MfaModule], providers: [ReEncryptionService, MissingSecretCheck] })
export class KeyRotationModule {}
