import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { PROJECT_ROOT } from './project.js';

const inRoot = (name: string): string => path.join(PROJECT_ROOT, name);
const pagesBelow = (folder: string): string[] =>
  readdirSync(inRoot(folder), { recursive: true, encoding: 'utf8' })
    .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
    .filter((name) => name.endsWith('.md') && !name.includes('node_modules'));

const PAGES = [
  ...['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md', 'client/README.md', 'verifier/README.md'],
  ...pagesBelow('examples'),
  ...pagesBelow('docs'),
];

/** The anchor that GitHub makes of a heading. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');

/** The text of a page without code blocks, whose brackets are no links. */
const proseOf = (page: string): string => readFileSync(inRoot(page), 'utf8').replace(/^```.*?^```/gms, '');

function isBroken(page: string, link: string): boolean {
  const [target = '', anchor] = link.split('#');
  const file = target === '' ? page : path.posix.join(path.posix.dirname(page), target);
  if (!existsSync(inRoot(file))) return true;
  if (anchor === undefined || statSync(inRoot(file)).isDirectory()) return false;
  const headings = [...readFileSync(inRoot(file), 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, heading]) => heading!);
  return !headings.map(anchorOf).includes(anchor);
}

describe.each(PAGES)('%s', (page) => {
  const prose = proseOf(page);

  it('links to pages and headings that exist', () => {
    const links = [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link!);
    const local = links.filter((link) => !/^[a-z]+:/.test(link));
    expect(local.filter((link) => isBroken(page, link))).toEqual([]);
  });

  it('names files and folders that exist', () => {
    const paths = [...prose.matchAll(/`((?:src|test|dev|deploy|bench|docs|client|verifier|examples)\/[\w./-]*)`/g)];
    const exists = (name: string) =>
      existsSync(inRoot(name)) || existsSync(inRoot(path.join(path.dirname(page), name)));
    const outputs = /\/dist$/; // made by a build
    expect(paths.map(([, name]) => name!).filter((name) => !exists(name) && !outputs.test(name))).toEqual([]);
  });

  it('names scripts that exist', () => {
    const { scripts } = JSON.parse(readFileSync(inRoot('package.json'), 'utf8')) as { scripts: object };
    const named = [...readFileSync(inRoot(page), 'utf8').matchAll(/npm run ([\w:-]+)/g)].map(([, name]) => name!);
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });
});

describe('docs/integrate.md', () => {
  it('shows the program that the conformance table is run against', () => {
    const [, shown] = /```js\n(.*?)```/s.exec(readFileSync(inRoot('docs/integrate.md'), 'utf8'))!;
    expect(shown).toBe(readFileSync(inRoot('examples/resource-servers/express/server.js'), 'utf8'));
  });
});

describe('docs/README.md', () => {
  it('lists every page of its folder', () => {
    const index = readFileSync(inRoot('docs/README.md'), 'utf8');
    const names = readdirSync(inRoot('docs')).filter((name) => name.endsWith('.md') && name !== 'README.md');
    expect(names.filter((name) => !index.includes(`(${name})`))).toEqual([]);
  });
});

describe('docs/adr/README.md', () => {
  it('lists every decision', () => {
    const index = readFileSync(inRoot('docs/adr/README.md'), 'utf8');
    const names = readdirSync(inRoot('docs/adr')).filter((name) => /^\d{4}-/.test(name));
    expect(names.filter((name) => !index.includes(`(${name})`))).toEqual([]);
  });
});
