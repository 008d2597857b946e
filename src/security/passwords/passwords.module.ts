import { Module } from '@nestjs/common';
import { PasswordHasher } from './password-hasher.js';
import { PasswordPolicy } from './password-policy.js';
import { PasswordsService } from './passwords.service.js';
import { StrengthEstimator } from './strength-estimator.js';

/** Rules for new passwords, and their hashing. */
@Module({
  providers: [PasswordHasher, StrengthEstimator, PasswordPolicy, PasswordsService],
  exports: [PasswordsService],
})
export class PasswordsModule {}
