import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { PROJECT_ROOT } from './project.js';
import { requirementsPage, shownByTests } from './requirements-page.js';
import { REQUIREMENTS } from './requirements.js';

const all = REQUIREMENTS.flatMap(([, rows]) => rows);
const shown = shownByTests();

describe('the page of requirements', () => {
  it('is what the requirements and the titles of the tests say (if not: npm run docs)', () => {
    expect(readFileSync(path.join(PROJECT_ROOT, 'docs', 'requirements.md'), 'utf8')).toBe(requirementsPage());
  });

  it('has each requirement once', () => {
    const ids = all.map(({ id }) => id);
    expect(ids).toEqual([...new Set(ids)]);
    expect(ids).toHaveLength(100);
  });

  it('gives for each the tests that show it, or a reason', () => {
    const ids = new Set(shown.map(({ id }) => id));
    expect(all.filter(({ id, untested }) => !ids.has(id) && !untested).map(({ id }) => id)).toEqual([]);
  });

  it('knows every requirement that the title of a test names', () => {
    const known = new Set(all.map(({ id }) => id));
    expect(shown.filter(({ id }) => !known.has(id))).toEqual([]);
  });

  it('finds titles in every form that tests are written in', () => {
    const files = new Set(shown.map(({ file }) => file));
    expect(files).toContain('src/platform/http/problems/problem-answer.spec.ts');
    expect(files).toContain('test/races/one-time-secrets.race-spec.ts');
    expect(shown.map(({ title }) => title)).toContain('TK-01 TK-02 opens nothing in place of a genuine %s token'); // it.each
    expect(shown.map(({ title }) => title)).toContain('SS-05 signing up with somebody else’s address first'); // describe
  });
});
