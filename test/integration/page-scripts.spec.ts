import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'acorn';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { CHUNK } from '../../dev/bundle.js';
import { PROJECT_ROOT } from '../../dev/project.js';

const SOURCES = path.join(PROJECT_ROOT, 'src', 'pages', 'assets');
const BUILT = path.join(PROJECT_ROOT, 'dist', 'pages', 'assets');

const scriptsIn = async (folder: string): Promise<string[]> =>
  (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.js'));

describe('the built scripts of the pages', () => {
  let sources: string[];
  let pages: string[];
  let later: string[];
  beforeAll(async () => {
    sources = await scriptsIn(SOURCES);
    const built = await scriptsIn(BUILT);
    pages = built.filter((name) => !path.basename(name).startsWith(CHUNK));
    later = built.filter((name) => path.basename(name).startsWith(CHUNK));
  });

  it('are one file for each page, which imports no other when it is loaded', async () => {
    expect(pages).toEqual(expect.arrayContaining(['login.js', 'account.js', path.join('admin', 'console.js')]));
    for (const name of pages) {
      const { body } = parse(await readFile(path.join(BUILT, name), 'utf8'), {
        ecmaVersion: 'latest',
        sourceType: 'module',
      });
      expect([name, body.filter(({ type }) => type === 'ImportDeclaration')]).toEqual([name, []]);
    }
  });

  it('have names that other versions have too: those of a page and a module, without a hash', () => {
    const nameOf = (file: string): string => path.basename(file, '.js');
    const known = pages.flatMap((page) => sources.map((module) => `${CHUNK}${nameOf(page)}-${nameOf(module)}`));
    expect(later.length).toBeGreaterThan(0);
    expect(later.map(nameOf).filter((name) => !known.includes(name))).toEqual([]);
  });
});
