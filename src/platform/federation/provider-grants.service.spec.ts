import { describe, expect, it, jest } from '@jest/globals';
import { KeyRing } from '../crypto/key-ring.js';
import type { Tx } from '../database/sql.js';
import type { ProviderLogin } from './identity-provider.js';
import type { ProviderGrantsRepository } from './provider-grants.repository.js';
import { ProviderGrantsService } from './provider-grants.service.js';

const KEY = { provider: 'google', subject: 'ada' };
const GRANT = { refreshToken: 'refresh', clientId: 'munjigi' };
const TX = {} as Tx;

function grantsWith(secrets: string[]) {
  const keep = jest.fn(async (_: { sealed: Buffer | null }) => null);
  const restore = jest.fn(async (..._: unknown[]) => undefined);
  const repository = { keep, restore } as unknown as ProviderGrantsRepository;
  return { grants: new ProviderGrantsService(new KeyRing(secrets), repository), keep, restore };
}

/** The refresh token as the secret encrypts it. */
async function sealedWith(secret: string): Promise<Buffer> {
  const { grants, keep } = grantsWith([secret]);
  await grants.keep({ account: { ...KEY, name: null }, grant: GRANT } as unknown as ProviderLogin, null);
  return keep.mock.calls[0]![0].sealed!;
}

describe('a refresh token that is no longer to be revoked', () => {
  it('SO-57 is kept, encrypted with the current secret', async () => {
    const { grants, restore } = grantsWith(['new', 'old']);
    await grants.restore(TX, KEY, await sealedWith('old'));
    const sealed = restore.mock.calls[0]![2] as Buffer;
    expect(grantsWith(['new']).grants.decrypt(KEY, sealed)).toEqual(GRANT);
  });

  it('SO-57 is dropped where its secret is gone, so that the account can be linked again', async () => {
    const { grants, restore } = grantsWith(['new']);
    await grants.restore(TX, KEY, await sealedWith('old'));
    expect(restore).not.toHaveBeenCalled();
  });
});
