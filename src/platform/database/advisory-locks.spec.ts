import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { PROJECT_ROOT } from '../../../dev/project.js';
import { LOCK_KINDS, LOCKS } from './advisory-locks.js';

const SOURCES = path.join(PROJECT_ROOT, 'src');

describe('advisory locks', () => {
  it('each have a different number', () => {
    for (const numbers of [Object.values(LOCKS), Object.values(LOCK_KINDS)])
      expect(new Set<number>(numbers).size).toBe(numbers.length);
  });

  it('take their numbers from one file everywhere', () => {
    const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && !name.endsWith('.spec.ts'))
      .map((name) => [name, readFileSync(path.join(SOURCES, name), 'utf8')] as const)
      .filter(([, text]) => /pg_\w*advisory/.test(text));
    expect(files.length).toBeGreaterThanOrEqual(5);
    for (const [name, text] of files) {
      const uses = [...text.matchAll(/pg_\w*advisory\w*\(([^)]*)/g)].map(([, parameters]) => parameters!);
      // Each use passes its number as a parameter that comes from the file.
      expect([name, uses.filter((parameters) => !parameters.startsWith('$1'))]).toEqual([name, []]);
      expect([name, text.match(/\bLOCK(S|_KINDS)\.\w+/g)?.length]).toEqual([name, uses.length]);
    }
  });
});
