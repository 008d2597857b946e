import { Module } from '@nestjs/common';
import { MfaModule } from '../../mfa/mfa.module.js';
import { MissingSecretCheck } from './missing-secret-check.js';
import { ReEncryptionService } from './re-encryption.service.js';

/** Keeps long-lived encrypted values readable when SECRET changes. */
@Module({ imports: [MfaModule], providers: [ReEncryptionService, MissingSecretCheck] })
export class KeyRotationModule {}
