import { InvitationsRepository } from '../../src/verification/invitations/invitations.repository.js';
import { MailService } from '../../src/mail/mail.service.js';
import { OutboxRepository } from '../../src/mail/outbox/outbox.repository.js';
import { AccountErasureService } from '../../src/operations/maintenance/account-erasure.service.js';
import { ErasedSignUpsRepository } from '../../src/operations/maintenance/erased-sign-ups.repository.js';
import { ErasedTracesService } from '../../src/operations/maintenance/erased-traces.service.js';
import { ErasedPermissionsService } from '../../src/operations/maintenance/erased-permissions.service.js';
import type { AppConfig } from '../../src/platform/config/app-config.js';
import { KeyRing } from '../../src/platform/crypto/key-ring.js';
import type { Database } from '../../src/platform/database/database.js';
import { IdentityProviders } from '../../src/platform/federation/identity-providers.js';
import { ProviderGrantsRepository } from '../../src/platform/federation/provider-grants.repository.js';
import { ProviderGrantsService } from '../../src/platform/federation/provider-grants.service.js';
import { ProviderRevocationsRepository } from '../../src/platform/federation/revocations/provider-revocations.repository.js';
import { ProviderRevocationsService } from '../../src/platform/federation/revocations/provider-revocations.service.js';
import { AccountErasureRepository } from '../../src/users/account-erasure.repository.js';
import { IdentitiesRepository } from '../../src/users/identities/identities.repository.js';
import { makeAuditLog, makeEventRecording } from './event-services.js';

/** The erasure job without an application around it. */
export function makeErasure(config: AppConfig, database: Database): AccountErasureService {
  const keys = new KeyRing(config.secrets);
  const revocations = new ProviderRevocationsService(
    new IdentityProviders(config),
    new ProviderGrantsService(keys, new ProviderGrantsRepository(database)),
    new ProviderRevocationsRepository(database),
  );
  return new AccountErasureService(
    config,
    database,
    new AccountErasureRepository(database),
    new ErasedPermissionsService(new IdentitiesRepository(database), revocations),
    new ErasedTracesService(
      new InvitationsRepository(database),
      new ErasedSignUpsRepository(),
      makeAuditLog(database),
      new MailService(keys, config, new OutboxRepository(database)),
      makeEventRecording(database),
    ),
  );
}
