import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { PROJECT_ROOT } from '../../dev/project.js';

const read = (file: string): string => readFileSync(path.join(PROJECT_ROOT, file), 'utf8');
const sourcesOf = (folder: string, ending: string): string =>
  readdirSync(path.join(PROJECT_ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith(ending) && !/^(openapi|responses|device)\.ts$/.test(file))
    .map((file) => read(`${folder}/${file}`))
    .join('\n');

const server = JSON.parse(read('package.json'));
const client = JSON.parse(read('client/package.json'));

describe('the package of the client', () => {
  it('has the version of the server, whose contract it speaks', () => {
    expect(client.version).toBe(server.version);
    const lock = JSON.parse(read('package-lock.json'));
    expect([lock.version, client.devDependencies.typescript]).toEqual([
      server.version,
      server.devDependencies.typescript,
    ]);
  });

  it('is built when it is packed, needs no other package, and names its repository', () => {
    expect(client).toMatchObject({
      license: 'MIT',
      repository: { type: 'git', directory: 'client' },
      scripts: { prepack: 'npm run build' },
    });
    expect(client.dependencies).toBeUndefined();
  });

  it('contains its licence and its README', () => {
    expect(read('client/LICENSE')).toBe(read('LICENSE'));
    const packed = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts', './client'], {
      cwd: PROJECT_ROOT,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const files = JSON.parse(packed)[0].files.map(({ path: file }: { path: string }) => file);
    expect(files).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'package.json']));
    expect(files.filter((file: string) => /^(src|test)\//.test(file))).toEqual([]);
  });
});

describe('the client', () => {
  it('has a method for every operation that the built-in pages call', () => {
    const pages = sourcesOf('src/pages/assets', '.js');
    const called = [...pages.matchAll(/['`]((?:auth|members)\/[\w/-]+)/g)].map(([, operation]) => operation!);
    const own = sourcesOf('client/src', '.ts');
    expect(new Set(called).size).toBeGreaterThan(25);
    const isKnown = (operation: string): boolean =>
      [`'/api/${operation}'`, `\`/api/${operation}\${`].some((literal) => own.includes(literal));
    expect([...new Set(called)].filter((operation) => !isKnown(operation))).toEqual([]);
  });
});
