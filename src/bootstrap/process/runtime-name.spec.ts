import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';

const MODULE = path.join(import.meta.dirname, 'runtime-name.ts');

describe('the name of the runtime', () => {
  it('is that of Node.js, and lets pg load without fetch', () => {
    const code = `import 'pg';
      console.log(navigator.userAgent, process.moduleLoadList.some((name) => /deps.undici/.test(name)));`;
    const args = ['--import', 'tsx', '--import', MODULE, '--input-type=module', '-e', code];
    const major = process.versions.node.split('.')[0];
    expect(execFileSync(process.execPath, args, { encoding: 'utf8' })).toBe(`Node.js/${major} false\n`);
  });

  it.each(['main.ts', 'cli.ts'])('is known before %s loads pg', (program) => {
    const source = readFileSync(path.join(import.meta.dirname, '../..', program), 'utf8');
    expect(source.indexOf(`import './bootstrap/process/runtime-name.js';`)).toBeLessThan(source.indexOf(' from '));
    expect(source).toContain(`import './bootstrap/process/runtime-name.js';`);
  });
});
