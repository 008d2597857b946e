import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { PROJECT_ROOT } from '../../dev/project.js';

const urlOf = (file: string): string => pathToFileURL(path.join(PROJECT_ROOT, 'test', 'support', file)).href;

/** Settings of a server that loads a file of this folder before its own code. */
export const preload = (file: string): Record<string, string> => ({ NODE_OPTIONS: `--import=${urlOf(file)}` });

/** Timeouts of these lengths take longer. @param lengths in milliseconds, such as `{ 250: 20_000 }` */
export const patientTimers = (lengths: Record<number, number>): Record<string, string> => ({
  ...preload('patient-timers.js'),
  PATIENT_TIMERS_MS: Object.entries(lengths)
    .map((pair) => pair.join('='))
    .join(','),
});
