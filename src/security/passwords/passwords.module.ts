import { Module } from '@nestjs/common';
import { UsersModule } from '../../users/users.module.js';
import { LegacyHashesService } from './legacy-hashes/legacy-hashes.service.js';
import { PasswordHasher } from './password-hasher.js';
import { PasswordPolicy } from './password-policy.js';
import { PasswordsService } from './passwords.service.js';
import { StrengthEstimator } from './strength-estimator.js';

/** Rules for new passwords, and their hashing. */
@Module({
  imports: [UsersModule],
  providers: [LegacyHashesService, PasswordHasher, StrengthEstimator, PasswordPolicy, PasswordsService],
  exports: [PasswordsService],
})
export class PasswordsModule {}
