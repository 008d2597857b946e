import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';

const MODULE = path.join(import.meta.dirname, 'short-lived-objects.ts');

/** Keeps so many objects of one line alive that V8 expects the next one to live long, too. */
const PROGRAM = `
  require('node:v8').setFlagsFromString('--allow-natives-syntax');
  const isYoung = new Function('made', 'return %InYoungGeneration(made)');
  const make = (number) => ({ number });
  let kept = [];
  for (let count = 1; count <= 1_200_000; count += 1) {
    kept.push(make(count));
    if (count % 400_000 === 0) kept = [];
  }
  process.stdout.write(String(isYoung(make(0))));`;

/** With these flags, V8 compiles the line in the same thread, and with the compiler that decides where objects go. */
const FLAGS = ['--no-concurrent-recompilation', '--no-maglev'];

/** Whether a new object is young in a process that runs the program. */
const run = (...imports: string[]): string =>
  execFileSync(process.execPath, [...FLAGS, ...imports, '-e', PROGRAM], { encoding: 'utf8' });

describe('a new object', () => {
  it('is young, although those before it lived long', () => {
    expect(run()).toBe('false'); // what V8 does by itself
    expect(run('--import', 'tsx', '--import', MODULE)).toBe('true');
  });

  it('is young in the server from its first module on', () => {
    const main = readFileSync(path.join(import.meta.dirname, '../../main.ts'), 'utf8');
    expect(main).toMatch(/^import '.\/bootstrap\/process\/short-lived-objects.js';/);
  });
});
