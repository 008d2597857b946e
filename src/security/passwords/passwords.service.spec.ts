import { describe, expect, it } from '@jest/globals';
import { AppConfig } from '../../platform/config/app-config.js';
import type { PasswordHasher } from './password-hasher.js';
import type { PasswordPolicy } from './password-policy.js';
import { PasswordsService } from './passwords.service.js';

const config = AppConfig.load({ SECRET: 'any-thirty-two-bytes-will-do-here-0' });

describe('verifying the password of an unknown account', () => {
  it('EN-06 works again after the dummy hash could not be made', async () => {
    let failures = 1;
    const hasher = {
      hash: async () => {
        if (failures-- > 0) throw new Error('out of memory');
        return 'a hash';
      },
      verify: async () => true,
    } as Partial<PasswordHasher> as PasswordHasher;
    const passwords = new PasswordsService(config, hasher, {} as PasswordPolicy);

    await expect(passwords.verify(null, 'tall giraffe', {})).rejects.toThrow('out of memory');
    // False although the hasher accepts: no password opens an unknown account.
    expect(await passwords.verify(null, 'tall giraffe', {})).toBe(false);
  });
});
