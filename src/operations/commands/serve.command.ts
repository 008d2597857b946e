import { overrideEnvironment } from '../../platform/config/command-line.js';

/** `munjigi serve`: the process of main.ts. */
export async function serve({ worker }: { worker: boolean }): Promise<void> {
  overrideEnvironment({ API_ENABLED: 'true', ...(!worker && { WORKER_ENABLED: 'false' }) });
  await import('../../main.js');
}

/** `munjigi worker`: the same process, answering nothing but how it is. */
export async function work(): Promise<void> {
  overrideEnvironment({ API_ENABLED: 'false', WORKER_ENABLED: 'true' });
  await import('../../main.js');
}
