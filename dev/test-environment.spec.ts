import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';

const require = createRequire(import.meta.url);
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'munjigi-environment-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Loads a CommonJS file with this text, as Jest loads a library. */
function load(name: string, text: string): any {
  const file = path.join(folder, name);
  writeFileSync(file, text);
  return require(file);
}

it('an error in a library names its line and column', () => {
  const { first, third } = load(
    'places.cjs',
    `exports.first = () => new Error();\n\n  exports.third = () => new Error();`,
  );
  expect(first().stack).toContain('places.cjs:1:23)');
  expect(third().stack).toContain('places.cjs:3:25)');
});

it('a library may import, end with a comment, and need not be strict', async () => {
  const importing = load('importing.cjs', `module.exports = () => import('node:path');`);
  expect((await importing()).sep).toBe(path.sep);
  const { own, isSloppy } = load(
    'sloppy.cjs',
    `exports.own = __filename; exports.isSloppy = (function () { return this !== undefined; })(); // the end`,
  );
  expect([own, isSloppy]).toEqual([path.join(folder, 'sloppy.cjs'), true]);
});
