import { Logger } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import type { PasswordsService } from '../../security/passwords/passwords.service.js';
import type { LoginCandidate, MembersRepository } from '../../users/members.repository.js';
import { HashUpgradeService } from './hash-upgrade.service.js';

const ADA = { id: 'ada', passwordHash: 'weak', passwordVersion: 3 } as LoginCandidate;
const CONTEXT = { ip: '203.0.113.7' } as never;

/** Upgrades with these two steps, and returns what was stored. */
async function upgrade(
  candidate: LoginCandidate,
  {
    rehash = async () => 'strong',
    store = async () => undefined,
  }: Partial<Record<'rehash' | 'store', () => unknown>> = {},
): Promise<unknown[]> {
  const stored: unknown[] = [];
  const members = {
    upgradeHash: async (...values: unknown[]) => {
      await store();
      stored.push(values);
    },
  } as unknown as MembersRepository;
  const passwords = { needsRehash: (hash: string) => hash === 'weak', rehash } as unknown as PasswordsService;
  await new HashUpgradeService(members, passwords).upgrade(candidate, 'right giraffe 12', CONTEXT);
  return stored;
}

describe('the upgrade of a weak hash', () => {
  let lines: string[];
  beforeEach(() => {
    lines = [];
    jest.spyOn(Logger.prototype, 'warn').mockImplementation((line: unknown) => void lines.push(line as string));
  });
  afterEach(() => void jest.restoreAllMocks());

  it('PW-06 replaces only the password version that was compared', async () => {
    expect(await upgrade(ADA)).toEqual([['ada', 3, 'strong']]);
    expect(lines).toEqual([]);
  });

  it('PW-06 leaves a strong hash as it is, and a member without a password', async () => {
    expect(await upgrade({ ...ADA, passwordHash: 'strong' })).toEqual([]);
    expect(await upgrade({ ...ADA, passwordHash: null })).toEqual([]);
  });

  it('PW-06 fails no accepted login, and the log has the reason without the hash', async () => {
    const overloaded = async (): Promise<never> => {
      throw new DomainError('overloaded');
    };
    const lost = async (): Promise<never> => {
      throw Object.assign(new Error('parameters: strong'), { code: '57P01' });
    };
    expect(await upgrade(ADA, { rehash: overloaded })).toEqual([]);
    expect(await upgrade(ADA, { store: lost })).toEqual([]);
    expect(lines).toEqual(['a weak password hash stays: overloaded', 'a weak password hash stays: 57P01']);
  });
});
