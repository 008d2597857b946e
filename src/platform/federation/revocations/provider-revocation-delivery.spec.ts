import { expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import type { IdentityProviders } from '../identity-providers.js';
import type { ProviderGrantsService } from '../provider-grants.service.js';
import { ProviderRevocationDelivery } from './provider-revocation-delivery.js';
import type { ClaimedRevocation } from './provider-revocations.repository.js';

it('an attempt at a provider that does not answer ends with its signal, and is repeated later', async () => {
  jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
  const providers = { find: () => ({ revoke: () => new Promise(() => undefined) }) } as unknown as IdentityProviders;
  const delivery = new ProviderRevocationDelivery(providers, {} as ProviderGrantsService);
  const row = { id: '1', provider: 'kakao', subject: 's', sealed: null, attempts: 1 } as unknown as ClaimedRevocation;
  const stop = new AbortController();
  const attempt = delivery.attempt(row, stop.signal);
  stop.abort();
  expect(await attempt).toMatchObject({ kind: 'postponed', reason: 'the attempt was ended' });
});
