import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { TokenHook } from './token-hook.js';
import { newWebhookSecret } from '../../platform/http-client/webhook-signature.js';

const QUESTION = { type: 'token.refresh', memberId: 'ada', sessionId: 's1' } as const;

describe('TokenHook', () => {
  const secret = newWebhookSecret();
  let receiver: http.Server;
  let url: string;
  let received: { headers: http.IncomingHttpHeaders; body: string }[];
  let answer: (response: http.ServerResponse) => void;
  let lines: string[];
  let nowMs: number;
  let hook: TokenHook;

  beforeAll(async () => {
    receiver = http.createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        received.push({ headers: request.headers, body });
        answer(response);
      });
    });
    receiver.listen(0, '127.0.0.1');
    await once(receiver, 'listening');
    url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
  });
  beforeEach(() => {
    received = [];
    lines = [];
    nowMs = 0;
    answer = (response) => response.end('{"claims":{"plan":"pro"}}');
    hook = new TokenHook({ url, secret, report: (line) => lines.push(line), now: () => nowMs });
  });
  afterEach(() => hook.close());
  afterAll(() => {
    receiver.closeAllConnections();
    receiver.close();
  });

  it('signs its question as a webhook and returns the claims', async () => {
    expect(await hook.ask(QUESTION)).toEqual({ kind: 'claims', claims: { plan: 'pro' } });
    const [{ headers, body }] = received as [(typeof received)[0]];
    expect(new Webhook(secret).verify(body, headers as Record<string, string>)).toEqual(QUESTION);
    expect(() => new Webhook(newWebhookSecret()).verify(body, headers as Record<string, string>)).toThrow();
    expect(lines).toEqual([]);
  });

  it('returns a refusal with its code', async () => {
    answer = (response) => response.end('{"refuse":{"code":"plan_expired","detail":"Renew it."}}');
    expect(await hook.ask(QUESTION)).toEqual({ kind: 'refusal', code: 'plan_expired', detail: 'Renew it.' });
  });

  it('drops claims that decide who a token is for, and reports their names alone', async () => {
    answer = (response) =>
      response.end('{"claims":{"sub":"mallory","role":"admin","__proto__":{"role":"admin"},"plan":"pro"}}');
    const outcome = await hook.ask(QUESTION);
    expect(outcome).toEqual({ kind: 'claims', claims: { plan: 'pro' } });
    expect(lines).toEqual([expect.stringMatching(/: sub, role, __proto__$/)]);
    expect(lines.join()).not.toContain('mallory');
  });

  it.each([
    ['an error', (response: http.ServerResponse) => void response.writeHead(500).end()],
    ['a redirect', (response: http.ServerResponse) => void response.writeHead(302, { location: '/' }).end()],
    ['other text', (response: http.ServerResponse) => void response.end('hunter2')],
    ['a list', (response: http.ServerResponse) => void response.end('[]')],
    ['a broken refusal', (response: http.ServerResponse) => void response.end('{"refuse":true}')],
    ['long claims', (response: http.ServerResponse) => void response.end(`{"claims":{"a":"${'a'.repeat(1020)}"}}`)],
    ['a long answer', (response: http.ServerResponse) => void response.end(' '.repeat(9000))],
    ['a dropped connection', (response: http.ServerResponse) => void response.destroy()],
  ])('counts %s as a failure', async (_name, fault) => {
    answer = fault;
    expect(await hook.ask(QUESTION)).toBeNull();
    expect(lines).toHaveLength(1);
    expect(lines.join()).not.toMatch(/hunter2|whsec_/);
  });

  it('leaves a hook that failed alone, then tests it with one question', async () => {
    answer = (response) => response.writeHead(500).end();
    await hook.ask(QUESTION);
    expect(await hook.ask(QUESTION)).toBeNull();
    expect(received).toHaveLength(1);
    nowMs = 1001;
    answer = (response) => response.end('{}');
    const answers = await Promise.all([hook.ask(QUESTION), hook.ask(QUESTION), hook.ask(QUESTION)]);
    expect(answers).toEqual([{ kind: 'claims', claims: {} }, null, null]);
    expect(received).toHaveLength(2);
    expect(await hook.ask(QUESTION)).not.toBeNull();
  });
});
