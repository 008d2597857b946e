import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { EXIT_WITH_PARENT } from '../../dev/child.js';
import { PROJECT_ROOT } from '../../dev/project.js';

/**
 * A number of logins a second, or of clients that log in without pause; token checks run at the
 * same time.
 */
export interface FloodOrder {
  origin: string;
  milliseconds: number;
  accessToken: string;
  clients?: number;
  perSecond?: number;
}

/** Number of responses of one kind, and their times in milliseconds. */
export interface Times {
  count: number;
  perSecond: number;
  p50: number;
  p99: number;
}

export interface FloodOutcome {
  /** Logins whose password the server checked. */
  served: Times;
  /** Logins refused with 503 and a time to retry. */
  refused: Times;
  checks: Times;
  /** Any other responses, and failed requests; there should be none. */
  others: number;
  example?: string;
}

/** Runs the order in a separate process, which shares only the machine with the server. */
export async function flood(order: FloodOrder): Promise<FloodOutcome> {
  const script = path.join(PROJECT_ROOT, 'test', 'support', 'flood-process.ts');
  const child = spawn(process.execPath, [...EXIT_WITH_PARENT, '--import', 'tsx', script, JSON.stringify(order)], {
    cwd: PROJECT_ROOT,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  await once(child, 'close');
  return JSON.parse(output) as FloodOutcome;
}
