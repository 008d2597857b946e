import { Module } from '@nestjs/common';
import { FederationService } from './federation.service.js';
import { SocialRequestsRepository } from './social-requests.repository.js';

/** Logging in at other providers. Loads nothing of their protocols before the first use. */
@Module({ providers: [FederationService, SocialRequestsRepository], exports: [FederationService] })
export class FederationModule {}
