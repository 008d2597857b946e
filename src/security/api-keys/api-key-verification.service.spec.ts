import { beforeEach, describe, expect, it } from '@jest/globals';
import { parseAddressRange } from '../../platform/addresses/address-range.js';
import { digest } from '../../platform/crypto/digest.js';
import { Clock } from '../../platform/database/clock.js';
import type { Notifications } from '../../platform/database/notifications.js';
import { ApiKeyCache } from './api-key-cache.js';
import { makeApiKey } from './api-key-text.js';
import type { ApiKeyUses } from './api-key-uses.js';
import { ApiKeyVerificationService } from './api-key-verification.service.js';
import type { ApiKeysRepository, LiveApiKey } from './api-keys.repository.js';

const ID = '0f8c3f5e-6f0d-4c55-9d0a-0f4f3a4f2c11';
const IP = '203.0.113.7';
const [first, second, third] = [makeApiKey(ID), makeApiKey(ID), makeApiKey(ID)];

describe('the verification of API keys', () => {
  let row: LiveApiKey;
  let reads: number;
  let service: ApiKeyVerificationService;
  beforeEach(() => {
    row = {
      ...{ id: ID, scopes: [], expiresAt: null, ranges: null },
      ...{ digest: digest(first.secret), previousDigest: null },
    };
    reads = 0;
    const repository = {
      findLive: async () => {
        reads += 1;
        return row;
      },
    } as unknown as ApiKeysRepository;
    const cache = new ApiKeyCache({ isLive: true } as Notifications, repository);
    const uses = { count: () => undefined } as unknown as ApiKeyUses;
    service = new ApiKeyVerificationService(cache, uses, repository, new Clock());
  });

  it('AK-01 reads a key once for requests with its secret', async () => {
    for (let request = 0; request < 3; request += 1) await service.verify(first.key, IP);
    expect(reads).toBe(1);
  });

  it('AK-02 admits the new secret of a rotation that this server has not heard of', async () => {
    await service.verify(first.key, IP);
    row = { ...row, digest: digest(second.secret), previousDigest: digest(first.secret) };
    expect(await service.verify(second.key, IP)).toMatchObject({ apiKeyId: ID });
    await service.verify(first.key, IP);
    expect(reads).toBe(2);
    await expect(service.verify(third.key, IP)).rejects.toMatchObject({ code: 'api_key_invalid' });
  });

  it('AK-01 refuses a key outside its ranges, and one whose ranges admit no address', async () => {
    row = { ...row, ranges: [parseAddressRange('203.0.113.0/24')!] };
    await service.verify(first.key, IP);
    await expect(service.verify(first.key, '198.51.100.1')).rejects.toMatchObject({ code: 'address_not_allowed' });
    row = { ...row, digest: digest(second.secret), ranges: [] };
    await expect(service.verify(second.key, IP)).rejects.toMatchObject({ code: 'address_not_allowed' });
  });
});
