import { describe, expect, it } from '@jest/globals';
import type { KeyRing } from '../../../platform/crypto/key-ring.js';
import type { Notifications } from '../../../platform/database/notifications.js';
import type { LegacyHashKindsRepository, LegacyHashShare } from '../../../users/legacy-hash-kinds.repository.js';
import { LegacyHashesService } from './legacy-hashes.service.js';

const keys = { current: () => Buffer.alloc(64, 7) } as unknown as KeyRing;

/** The turn of the event loop in which an answer arrives. */
const arrived = () => new Promise((resolve) => setImmediate(resolve));

/** A service whose server has connected. Each read gets the next of the answers; the last answer repeats. */
async function serviceWith(...answers: LegacyHashShare[][]) {
  let reads = 0;
  const findShares = async () => {
    reads += 1;
    return answers[reads - 1] ?? answers.at(-1)!;
  };
  let onImport = (): void => undefined;
  let onConnected = async (): Promise<void> => undefined;
  const notifications = {
    subscribe: (listener: { onMessage: () => void; onConnected: () => Promise<void> }) => {
      ({ onMessage: onImport, onConnected } = listener);
    },
  } as unknown as Notifications;
  const repository = { findShares } as unknown as LegacyHashKindsRepository;
  const service = new LegacyHashesService(repository, keys, notifications);
  service.onModuleInit();
  await onConnected();
  await arrived();
  return { service, repository, reads: () => reads, onImport: () => onImport() };
}

describe('the dummy hash of an unknown account', () => {
  it('IM-03 EN-06 has a scheme as often as members have it, and the same one each time', async () => {
    const mix = [
      { kind: '$2b$12', share: 0.5, start: 0 },
      { kind: '$pbkdf2-sha256$i=600000', share: 0.25, start: 0.5 },
    ];
    const { service, reads } = await serviceWith(mix);
    const kinds: (string | undefined)[] = [];
    for (let number = 0; number < 2000; number += 1) kinds.push(service.findDummy(`a${number}`)?.kind);
    const countOf = (kind?: string) => kinds.filter((other) => other === kind).length;
    expect(Math.abs(countOf('$2b$12') - 1000)).toBeLessThan(150);
    expect(Math.abs(countOf('$pbkdf2-sha256$i=600000') - 500)).toBeLessThan(150);
    expect(Math.abs(countOf() - 500)).toBeLessThan(150);
    for (let number = 0; number < 50; number += 1) expect(service.findDummy(`a${number}`)?.kind).toBe(kinds[number]);
    expect(reads()).toBe(1);
  });

  it.each([
    ...['$2b$04', '$bcrypt-sha256$2b$04', '$passlib-bcrypt-sha256$v=1,r=04', '$passlib-bcrypt-sha256$v=2,r=04'],
    ...['$pbkdf2-sha1$i=1000', '$pbkdf2-sha512$i=1000', '$scrypt$n=1024,r=8,p=1'],
    ...['$other-argon2i$v=16,m=1024,t=1,p=1', '$other-argon2id$v=19,m=1024,t=1,p=1', '$firebase-scrypt$m=10,r=1'],
    ...['$wrapped$m=8,t=1,p=1,f=1', '$wrapped$m=8,t=1,p=1,f=1024'],
  ])('IM-03 is computed as any other of its kind, and opened by no password: %s', async (kind) => {
    const dummy = (await serviceWith([{ kind, share: 1, start: 0 }])).service.findDummy('ada');
    expect(dummy?.kind).toBe(kind);
    expect(await dummy!.verify('tall giraffe')).toBe(false);
  });

  it('IM-03 has a salt as long as others of its kind, where that takes time in each round', async () => {
    for (const kind of ['$sha256-crypt$rounds=1000,s=16', '$sha512-crypt$rounds=5000,s=0'])
      expect((await serviceWith([{ kind, share: 1, start: 0 }])).service.findDummy('ada')?.kind).toBe(kind);
  });

  it('IM-03 changes to argon2id, and to no other scheme, when fewer members have its scheme', async () => {
    const other = { kind: '$pbkdf2-sha256$i=600000', share: 0.25, start: 0.5 };
    const before = (await serviceWith([{ kind: '$2b$12', share: 0.5, start: 0 }, other])).service;
    const after = (await serviceWith([{ kind: '$2b$12', share: 0.1, start: 0 }, other])).service;
    const changes = new Set<string>();
    for (let number = 0; number < 500; number += 1) {
      const [was, is] = [before.findDummy(`a${number}`), after.findDummy(`a${number}`)];
      if (was?.kind !== is?.kind) changes.add(`${was?.kind} to ${is?.kind}`);
    }
    expect([...changes]).toEqual(['$2b$12 to undefined']);
  });

  it('IM-03 is known before the first login: the server reads the schemes when it has a connection', async () => {
    const { service, reads } = await serviceWith([{ kind: '$2b$12', share: 1, start: 0 }]);
    expect(reads()).toBe(1);
    expect(service.findDummy('ada')?.kind).toBe('$2b$12');
    expect(reads()).toBe(1);
  });

  it('IM-03 is argon2id where no member has another, which costs one read until an import', async () => {
    const { service, reads, onImport } = await serviceWith([], [{ kind: '$2b$12', share: 1, start: 0 }]);
    for (let number = 0; number < 5; number += 1) expect(service.findDummy('ada')).toBeNull();
    expect(reads()).toBe(1);
    onImport();
    expect(service.findDummy('ada')).toBeNull(); // no login waits for the read
    await arrived();
    expect(service.findDummy('ada')?.kind).toBe('$2b$12');
    expect(reads()).toBe(2);
  });

  it('IM-03 comes from another read when an import arrives during a read', async () => {
    const { service, reads, onImport } = await serviceWith([], [], [{ kind: '$2b$12', share: 1, start: 0 }]);
    onImport();
    onImport();
    onImport();
    while (reads() < 3) await arrived();
    await arrived();
    expect(service.findDummy('ada')?.kind).toBe('$2b$12');
    expect(reads()).toBe(3);
  });

  it('IM-03 stays where the database cannot be read', async () => {
    const { service, repository, onImport } = await serviceWith([{ kind: '$2b$12', share: 1, start: 0 }]);
    repository.findShares = async () => Promise.reject(new Error('no connection'));
    onImport();
    await arrived();
    expect(service.findDummy('ada')?.kind).toBe('$2b$12');
  });
});
