import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { forgetStack, noteStack, runningStack } from './running-stack.js';

/** The id of no process: Linux gives out lower numbers. */
const NO_PROCESS = String(2 ** 30);

describe('the record of a running start', () => {
  let folder: string;
  let file: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'munjigi-stack-'));
    file = path.join(folder, 'running-stack.json');
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('is that of the first start, as long as it runs', async () => {
    await writeFile(file, JSON.stringify({ PORT: '3000', ownerPid: String(process.ppid) }));
    await noteStack({ PORT: '3001' }, file);
    expect(await runningStack(file)).toEqual({ PORT: '3000' });
    await forgetStack(file);
    expect(await runningStack(file)).toEqual({ PORT: '3000' });
  });

  it('replaces that of a start that has died, and ends with its own', async () => {
    await writeFile(file, JSON.stringify({ PORT: '3000', ownerPid: NO_PROCESS }));
    expect(await runningStack(file)).toBeUndefined();
    await writeFile(file, '{"PORT":"30'); // killed while it wrote
    expect(await runningStack(file)).toBeUndefined();
    await noteStack({ PORT: '3001' }, file);
    await noteStack({ PORT: '3002' }, file); // after a restart of its server
    expect(await runningStack(file)).toEqual({ PORT: '3002' });
    await forgetStack(file);
    expect(await runningStack(file)).toBeUndefined();
  });
});
