import { Module } from '@nestjs/common';
import { FederationService } from './federation.service.js';
import { IdentityProviders } from './identity-providers.js';
import { ProviderNoticesService } from './notices/provider-notices.service.js';
import { ProviderGrantReEncryption } from './provider-grant-re-encryption.service.js';
import { ProviderGrantsRepository } from './provider-grants.repository.js';
import { ProviderGrantsService } from './provider-grants.service.js';
import { ProviderRevocationDelivery } from './revocations/provider-revocation-delivery.js';
import { ProviderRevocationWorker } from './revocations/provider-revocation-worker.js';
import { ProviderRevocationsRepository } from './revocations/provider-revocations.repository.js';
import { ProviderRevocationsService } from './revocations/provider-revocations.service.js';
import { SocialRequestsRepository } from './social-requests.repository.js';

/** Login with an account at a social provider. The library of their protocols is loaded at its first use. */
@Module({
  providers: [
    ...[FederationService, IdentityProviders, SocialRequestsRepository, ProviderNoticesService],
    ...[ProviderGrantsRepository, ProviderGrantsService, ProviderGrantReEncryption],
    ...[ProviderRevocationsRepository, ProviderRevocationsService],
    ...[ProviderRevocationDelivery, ProviderRevocationWorker],
  ],
  exports: [
    FederationService,
    ProviderNoticesService,
    ProviderGrantReEncryption,
    ProviderRevocationsRepository,
    ProviderRevocationsService,
    ProviderRevocationDelivery,
  ],
})
export class FederationModule {}
