import { describe, expect, it } from '@jest/globals';
import { computeApart } from './sha-crypt.js';

const TASK = { digest: 'sha256', password: 'password', salt: 'saltstring', rounds: 1000 } as const;
const threadOf = (code: string) => new URL(`data:text/javascript,${encodeURIComponent(code)}`);

describe('a thread that computes SHA-crypt', () => {
  it('IM-02 answers with its digest', async () => {
    const code = `import { parentPort, workerData } from 'node:worker_threads';
      parentPort.postMessage(Buffer.from(workerData.salt));`;
    expect(Buffer.from(await computeApart(TASK, threadOf(code))).toString()).toBe(TASK.salt);
  });

  it.each([
    ['ends', 'process.exit(0);', 'ended with 0'],
    ['fails', "throw new Error('no memory');", 'no memory'],
  ])('IM-02 that %s without a digest leaves no login waiting', async (_, code, message) => {
    await expect(computeApart(TASK, threadOf(code))).rejects.toThrow(message);
  });
});
