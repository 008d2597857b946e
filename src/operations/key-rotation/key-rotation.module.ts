import { Module } from '@nestjs/common';
import { MfaModule } from '../../mfa/mfa.module.js';
import { LostSecretWatch } from './missing-secret-check.js';
import { ResealingService } from './re-encryption.service.js';

/** What long-lived encrypted values need when SECRET changes. */
@Module({ imports: [MfaModule], providers: [ResealingService, LostSecretWatch] })
export class KeyRotationModule {}
