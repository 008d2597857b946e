import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { PROJECT_ROOT } from '../../dev/project.js';
import type * as Imported from '../../src/integrations/import-export/hashes/imported-hashes.js';
import type * as Config from '../../src/platform/config/app-config.js';
import type { LegacyHash } from '../../src/security/passwords/legacy-hashes/legacy-hash.js';
import type * as Parser from '../../src/security/passwords/legacy-hashes/parse-legacy-hash.js';
import type * as Hasher from '../../src/security/passwords/password-hasher.js';
import { hasPythonModules, PYTHON, skipNotice } from '../support/debian-server.js';

// SHA-crypt runs on a worker thread, which can load only JavaScript. So these tests use the build in dist.
const load = <T>(file: string): Promise<T> => import(path.join(PROJECT_ROOT, 'dist', file)) as Promise<T>;
const { AppConfig } = await load<typeof Config>('platform/config/app-config.js');
const { ImportedHashes } = await load<typeof Imported>('integrations/import-export/hashes/imported-hashes.js');
const { parseLegacyHash } = await load<typeof Parser>('security/passwords/legacy-hashes/parse-legacy-hash.js');
const { PasswordHasher } = await load<typeof Hasher>('security/passwords/password-hasher.js');

const CHEAP = { NODE_ENV: 'test', ARGON2_MEMORY_KIB: '8', ARGON2_TIME_COST: '1' };
const PASSWORD = '비밀번호 é 7';

const hasProducers = hasPythonModules('django', 'passlib', 'bcrypt', 'argon2');
if (!hasProducers)
  skipNotice(
    'Django, passlib, bcrypt or argon2 for Python',
    'python3-django python3-passlib python3-bcrypt python3-argon2',
  );

describe('a hash of another system', () => {
  (hasProducers ? it : it.skip)(
    'IM-01 IM-05 made by Django or passlib is accepted, and only its own password opens it',
    async () => {
      const script = path.join(PROJECT_ROOT, 'test/support/producer-hashes.py');
      const { stdout } = spawnSync(PYTHON, [script, PASSWORD], { encoding: 'utf8' });
      const hasher = new PasswordHasher(AppConfig.load({ SECRET: 'any-thirty-two-bytes-will-do-here-0', ...CHEAP }));
      const hashes = new ImportedHashes(hasher);
      const verified = (JSON.parse(stdout) as [string, string][]).map(async ([producer, text]) => {
        const accepted = hashes.accept(text);
        if ('refused' in accepted) return { producer, ...accepted };
        const isFast = accepted.stored.startsWith('$unfinished$');
        const stored = isFast ? await hashes.finish(accepted.stored) : accepted.stored;
        const hash = parseLegacyHash(stored) as LegacyHash;
        const opened = await Promise.all([PASSWORD, `${PASSWORD}7`].map((password) => hash.verify(password)));
        // An export writes the stored form, and an import reads it.
        return { producer, isFast, opened, isKept: 'stored' in hashes.accept(stored) };
      });
      const outcomes = await Promise.all(verified);
      expect(outcomes).toHaveLength(26);
      for (const { producer, ...outcome } of outcomes)
        expect({ producer, ...outcome }).toEqual({
          producer,
          isFast: / (md5|(unsalted_)?sha1|ldap_.*)$/.test(producer),
          opened: [true, false],
          isKept: true,
        });
    },
  );

  it('IM-01 by SHA-crypt is verified without blocking the event loop', async () => {
    const text = '$5$rounds=1000$saltstring$S2dlplsLzofRuJ/frAjtaYev58CdqEN6fUby2laILG1';
    const hash = parseLegacyHash(text) as LegacyHash;
    let turns = 0;
    const counter = setInterval(() => (turns += 1), 1);
    expect(await Promise.all(['password', 'passwore'].map((password) => hash.verify(password)))).toEqual([true, false]);
    clearInterval(counter);
    expect(turns).toBeGreaterThan(0);
  });
});
