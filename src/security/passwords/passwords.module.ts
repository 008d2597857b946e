import { Module } from '@nestjs/common';
import { PasswordHasher } from './password-hasher.js';
import { PasswordPolicy } from './password-policy.js';
import { PasswordsService } from './passwords.service.js';
import { StrengthEstimator } from './strength-estimator.js';

/** How passwords are judged and stored. */
@Module({
  providers: [PasswordHasher, StrengthEstimator, PasswordPolicy, PasswordsService],
  exports: [PasswordsService],
})
export class PasswordsModule {}
