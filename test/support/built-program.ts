import path from 'node:path';
import { PROJECT_ROOT } from '../../dev/project.js';

/** The built programs that tests start again and again, and their files in dist/. */
export const PROGRAMS = { main: 'main.js', munjigi: 'munjigi.cjs' } as const;

/** The file in which kept-code.ts joins them. */
export const SCRIPT = 'programs.cjs';

const RUNNER = path.join(PROJECT_ROOT, 'test', 'support', 'run-kept-code.cjs');

/** Arguments for Node.js that run a built program, with code that an earlier process has compiled. */
export function builtProgram(name: keyof typeof PROGRAMS): string[] {
  const folder = process.env.TEST_KEPT_CODE;
  return folder === undefined ? [`dist/${PROGRAMS[name]}`] : [RUNNER, path.join(folder, SCRIPT), name];
}
