import os from 'node:os';
import path from 'node:path';
import { PROJECT_ROOT } from './project.js';

/**
 * Arguments for Node.js that make a child end with its parent. The standard input of the child must be
 * a pipe from the parent; see exit-with-parent.cjs.
 */
export const EXIT_WITH_PARENT = ['--require', path.join(PROJECT_ROOT, 'dev', 'exit-with-parent.cjs')];

/**
 * Arguments for Node.js in processes of which many run at once, such as those of the tests. They change how
 * and when V8 collects garbage, and not what a program does:
 * - V8 collects garbage without help from further threads, which would wait for each other;
 * - the young generation begins with its full size;
 * - the first full collection waits until the old generation has 256 MiB, which few processes reach.
 */
export const MANY_AT_ONCE = ['--single-threaded-gc', '--min-semi-space-size=16', '--initial-old-space-size=256'];

/**
 * The same for processes that live for seconds. Here V8 also optimises a function only after fifteen times
 * the default amount of work, because compiling it sooner costs more than it saves. Newer versions of V8 have
 * no such flag.
 */
export const SHORT_LIVED = [
  ...(process.versions.v8.startsWith('11.') ? ['--interrupt-budget=1000000'] : []),
  ...MANY_AT_ONCE,
];

type StopSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

/**
 * Calls `stop` when this process should end. That includes the death of our parent: a signal sent
 * to `npm start` kills the shell between npm and us, which passes nothing on.
 */
export function onStopRequest(stop: (signal: StopSignal) => void): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    stop('SIGTERM');
  }, 250);
  watch.unref();
}

/**
 * How a shell reports the end of a process: its exit code, or 128 and the number of the signal that
 * killed it.
 */
export function exitCode(code: number | null, signal: NodeJS.Signals | null): number {
  return code ?? 128 + (signal ? os.constants.signals[signal] : 0);
}

/**
 * The port in the line that the server logs once it is ready for requests; undefined for any other
 * line.
 */
export function listeningPort(line: string): number | undefined {
  if (!line.includes('"listening"')) return undefined;
  try {
    const { msg, port } = JSON.parse(line) as { msg?: unknown; port?: unknown };
    return msg === 'listening' && typeof port === 'number' ? port : undefined;
  } catch {
    return undefined;
  }
}
