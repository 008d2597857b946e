import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { PROJECT_ROOT } from '../../dev/project.js';

const read = (file: string): string => readFileSync(path.join(PROJECT_ROOT, file), 'utf8');
const server = JSON.parse(read('package.json'));
const verifier = JSON.parse(read('verifier/package.json'));

describe('the package of the verifier', () => {
  it('has the version of the server, whose tokens it verifies', () => {
    expect(verifier.version).toBe(server.version);
    expect(verifier.devDependencies.typescript).toBe(server.devDependencies.typescript);
  });

  it('is built when it is packed, needs jose alone, and names its repository', () => {
    expect(verifier).toMatchObject({
      license: 'MIT',
      repository: { type: 'git', directory: 'verifier' },
      scripts: { prepack: 'npm run build' },
    });
    expect(verifier.dependencies).toEqual({ jose: server.dependencies.jose });
    for (const framework of Object.keys(verifier.peerDependencies))
      expect(verifier.peerDependenciesMeta[framework]).toEqual({ optional: true });
  });

  it('imports no framework but in its adapters, and exports a file for each', () => {
    const files = readdirSync(path.join(PROJECT_ROOT, 'verifier/src'));
    const importing = files.filter((file) => /from '(?!\.|node:|jose')/.test(read(`verifier/src/${file}`)));
    expect(importing.sort()).toEqual(['fastify.ts', 'nest.ts']);
    const { './package.json': _, ...exported } = verifier.exports;
    expect(Object.keys(exported)).toEqual(['.', './express', './fastify', './nest']);
    for (const { default: target } of Object.values<any>(exported))
      expect(files).toContain(`${path.basename(target, '.js')}.ts`);
  });

  it('contains its licence and its README, which links to nothing outside the package', () => {
    expect(read('verifier/LICENSE')).toBe(read('LICENSE'));
    const packed = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts', './verifier'], {
      cwd: PROJECT_ROOT,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const names = JSON.parse(packed)[0].files.map(({ path: file }: { path: string }) => file);
    expect(names).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'package.json']));
    expect(names.filter((file: string) => /^(src|test)\//.test(file))).toEqual([]);
    const links = [...read('verifier/README.md').matchAll(/\]\(([^)#]+)/g)].map(([, link]) => link!);
    const local = links.filter((link) => !link.startsWith('https://'));
    expect(local.filter((link) => !names.includes(path.posix.normalize(link)))).toEqual([]);
  });
});
