import { describe, expect, it } from '@jest/globals';
import { AppConfig } from '../../platform/config/app-config.js';
import type { PasswordHasher } from './password-hasher.js';
import type { PasswordPolicy } from './password-policy.js';
import { PasswordsService } from './passwords.service.js';

const config = AppConfig.load({ SECRET: 'any-thirty-two-bytes-will-do-here-0' });

describe('comparing with a hash that nobody has', () => {
  it('EN-06 recovers from a failure to make one', async () => {
    let failures = 1;
    const hasher = {
      hash: async () => {
        if (failures-- > 0) throw new Error('out of memory');
        return 'a hash';
      },
      verify: async () => true,
    } as Partial<PasswordHasher> as PasswordHasher;
    const passwords = new PasswordsService(config, hasher, {} as PasswordPolicy);

    await expect(passwords.verify(null, 'tall giraffe')).rejects.toThrow('out of memory');
    // Whatever the password: a hash of nobody's is not opened.
    expect(await passwords.verify(null, 'tall giraffe')).toBe(false);
  });
});
