import { describe, expect, it } from '@jest/globals';
import { AppConfig } from '../../platform/config/app-config.js';
import type { LegacyHashesService } from './legacy-hashes/legacy-hashes.service.js';
import type { PasswordHasher } from './password-hasher.js';
import type { PasswordPolicy } from './password-policy.js';
import { PasswordsService } from './passwords.service.js';

const ownHashes = {
  find: () => null,
  findDummy: () => null,
} as Partial<LegacyHashesService> as LegacyHashesService;
const config = AppConfig.load({ SECRET: 'any-thirty-two-bytes-will-do-here-0' });

describe('verifying the password of an unknown account', () => {
  it('EN-06 compares it with a hash, and refuses it even where the hasher accepts', async () => {
    const compared: string[] = [];
    const hasher = {
      makeUnknownHash: () => 'a hash',
      verify: async (hash: string) => compared.push(hash) > 0,
    } as Partial<PasswordHasher> as PasswordHasher;
    const passwords = new PasswordsService(config, hasher, {} as PasswordPolicy, ownHashes);

    expect(await passwords.verify(null, 'tall giraffe', {})).toBe(false);
    expect(compared).toEqual(['a hash']);
  });
});
