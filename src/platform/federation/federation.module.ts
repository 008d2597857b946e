import { Module } from '@nestjs/common';
import { FederationService } from './federation.service.js';
import { ProviderGrantsRepository } from './provider-grants.repository.js';
import { ProviderGrantsService } from './provider-grants.service.js';
import { SocialRequestsRepository } from './social-requests.repository.js';

/** Logging in at other providers. Loads nothing of their protocols before the first use. */
@Module({
  providers: [FederationService, SocialRequestsRepository, ProviderGrantsRepository, ProviderGrantsService],
  exports: [FederationService],
})
export class FederationModule {}
