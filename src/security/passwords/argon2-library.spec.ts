import { describe, expect, it } from '@jest/globals';
import { argon2Library, nodeRsArgon2, portableArgon2 } from './argon2-library.js';

const PARAMETERS = { memoryKib: 19_456, timeCost: 2, parallelism: 1 };
/**
 * Made by the reference command-line tool (RFC 9106), so that both libraries are compared with a
 * third implementation.
 */
const FOREIGN = '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc';

describe('the argon2 libraries', () => {
  const libraries = Promise.all([nodeRsArgon2(), portableArgon2()]);

  it('PW-06 read each other’s hashes, whichever a replica has', async () => {
    for (const writer of await libraries) {
      const hash = await writer.hash('키큰 기린 🦒', PARAMETERS);
      for (const reader of await libraries) {
        const names = [writer.name, reader.name];
        expect([names, await reader.verify(hash, '키큰 기린 🦒')]).toEqual([names, true]);
        expect([names, await reader.verify(hash, '키큰 기린')]).toEqual([names, false]);
      }
    }
  });

  it('read a hash of the reference implementation', async () => {
    for (const { name, verify } of await libraries) {
      expect([name, await verify(FOREIGN, 'password')]).toEqual([name, true]);
      expect([name, await verify(FOREIGN, 'Password')]).toEqual([name, false]);
    }
  });

  it('are tried in order of their speed', async () => {
    expect((await argon2Library()).name).toBe('@node-rs/argon2');
    expect((await argon2Library([() => Promise.reject(new Error('not for this system')), portableArgon2])).name).toBe(
      'argon2',
    );
  });

  it('fail with the last error when none of them loads', async () => {
    await expect(argon2Library([() => Promise.reject(new Error('not for this system'))])).rejects.toThrow(
      'not for this system',
    );
  });
});
