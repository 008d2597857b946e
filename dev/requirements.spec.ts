import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { GENERATED_DOCS, PROJECT_ROOT } from './project.js';
import { requirementsPage, shownByTests } from './requirements-page.js';
import { REQUIREMENTS } from './requirements.js';

const all = REQUIREMENTS.flatMap(([, rows]) => rows);
const shown = shownByTests();

describe('the requirements', () => {
  it('make a page that names each requirement and links to the file of each test that shows one', () => {
    const page = requirementsPage();
    for (const { id, severity } of all) expect(page).toContain(`\n**${id}** (${severity}) `);
    const links = [...page.matchAll(/^- \[[^\]]+\]\(([^)]+)\): /gm)].map(([, link]) => link!);
    expect(links).toHaveLength(shown.length);
    const missing = links.filter((link) => !existsSync(path.join(PROJECT_ROOT, GENERATED_DOCS, link)));
    expect(missing).toEqual([]);
  });

  it('have a test with its id in the title for every P0', () => {
    const ids = new Set(shown.map(({ id }) => id));
    expect(all.filter(({ id, severity }) => severity === 'P0' && !ids.has(id)).map(({ id }) => id)).toEqual([]);
  });

  it('are unique', () => {
    const ids = all.map(({ id }) => id);
    expect(ids).toEqual([...new Set(ids)]);
    expect(ids).toHaveLength(243);
  });

  it('each have a test, or the reason why no test shows it', () => {
    const ids = new Set(shown.map(({ id }) => id));
    expect(all.filter(({ id, untested }) => !ids.has(id) && !untested).map(({ id }) => id)).toEqual([]);
  });

  it('include every id that the title of a test names', () => {
    const known = new Set(all.map(({ id }) => id));
    expect(shown.filter(({ id }) => !known.has(id))).toEqual([]);
  });

  it('are found in every form that test titles are written in', () => {
    const files = new Set(shown.map(({ file }) => file));
    expect(files).toContain('src/platform/http/problems/problem-answer.spec.ts');
    expect(files).toContain('test/races/one-time-secrets.race-spec.ts');
    const titles = shown.map(({ title }) => title);
    expect(titles).toContainEqual(expect.stringMatching(/^TK-01 TK-02 .*%s/)); // it.each
    expect(titles).toContainEqual(expect.stringMatching(/^SS-05 sign-up/)); // describe
  });
});
