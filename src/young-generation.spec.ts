import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';

const MODULE = JSON.stringify(path.join(import.meta.dirname, 'young-generation.ts'));

/** Makes a million objects that stay alive. */
const FILL = 'kept.push(Array.from({ length: 1_000_000 }, (_, index) => ({ index })));';
const PRINT = `console.log(v8.getHeapSpaceStatistics().find((space) => space.space_name === 'new_space').space_size);`;

/** @returns MiB of the young generation, as often as the program prints them */
const youngSizes = (program: string): number[] => {
  const code = `import v8 from 'node:v8'; const kept = []; ${program}`;
  const args = ['--import', 'tsx', '--input-type=module', '-e', code];
  const lines = execFileSync(process.execPath, args, { encoding: 'utf8' }).trim().split('\n');
  return lines.map((bytes) => Number(bytes) / 1024 ** 2);
};

describe('the young generation of a server', () => {
  it('keeps its first size during the start, and grows afterwards', () => {
    const start = `const { letYoungGenerationGrow } = await import(${MODULE}); ${FILL} ${PRINT}`;
    const [started, grown] = youngSizes(`${start} letYoungGenerationGrow(); ${FILL} ${PRINT}`);
    expect(started).toBeLessThan(8);
    expect(grown).toBeGreaterThan(16);
  });
});
