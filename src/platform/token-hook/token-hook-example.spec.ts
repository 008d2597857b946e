import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freePort } from '../../../dev/free-port.js';
import { PROJECT_ROOT } from '../../../dev/project.js';
import { newWebhookSecret } from '../http-client/webhook-signature.js';
import { TokenHookClient } from './token-hook-client.js';

const [PRO, PAUSED] = ['0190c5f2-0000-7000-8000-000000000001', '0190c5f2-0000-7000-8000-000000000002'];

describe('the example of a token hook', () => {
  const secret = newWebhookSecret();
  let child: ChildProcess;
  let url: string;

  beforeAll(async () => {
    const port = await freePort();
    url = `http://127.0.0.1:${port}/token-hook`;
    child = spawn(process.execPath, ['receiver.js'], {
      cwd: path.join(PROJECT_ROOT, 'examples/token-hook'),
      env: { ...process.env, PORT: String(port), TOKEN_HOOK_SECRET: secret },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout!, 'data');
  });
  afterAll(() => void child.kill());

  async function ask(memberId: string, signedBy = secret): Promise<unknown> {
    const nowSeconds = (): number => Math.floor(Date.now() / 1000);
    const client = new TokenHookClient({ url, secret: signedBy, nowSeconds });
    try {
      return await client.ask({ type: 'token.login', memberId, locale: 'ko' });
    } finally {
      client.close();
    }
  }

  it('adds the plan, refuses members who are paused, and answers signed questions alone', async () => {
    expect(await ask(PRO)).toMatchObject({ claims: { plan: 'pro' } });
    expect(await ask('0190c5f2-0000-7000-8000-00000000000f')).toMatchObject({ claims: { plan: 'free' } });
    expect(await ask(PAUSED)).toEqual({
      kind: 'refusal',
      code: 'membership_paused',
      detail: '이용이 일시 중지되었습니다.',
    });
    await expect(ask(PRO, newWebhookSecret())).rejects.toThrow('answered 401');
  });
});
