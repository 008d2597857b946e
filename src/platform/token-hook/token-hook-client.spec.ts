import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { NoAnswerInTimeError, type HttpAnswer } from '../http-client/http-sender.js';
import { newWebhookSecret } from '../http-client/webhook-signature.js';
import { TokenHookClient } from './token-hook-client.js';

const QUESTION = { type: 'token.refresh', memberId: 'ada', sessionId: 's1', locale: 'ko' } as const;
const nowSeconds = (): number => Math.floor(Date.now() / 1000);
const PRO = { kind: 'claims', claims: { plan: 'pro' }, dropped: [] };

describe('the client of a token hook', () => {
  const secret = newWebhookSecret();
  let receiver: http.Server;
  let url: string;
  let received: { headers: http.IncomingHttpHeaders; body: string }[];
  let answer: (response: http.ServerResponse) => void;
  let client: TokenHookClient;

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
    answer = (response) => response.end('{"claims":{"plan":"pro"}}');
    client = new TokenHookClient({ url, secret, nowSeconds });
  });
  afterEach(() => client.close());
  afterAll(() => {
    receiver.closeAllConnections();
    receiver.close();
  });

  it('signs its question as a webhook', async () => {
    expect(await client.ask(QUESTION)).toEqual(PRO);
    const [{ headers, body }] = received as [(typeof received)[0]];
    expect(new Webhook(secret).verify(body, headers as Record<string, string>)).toEqual(QUESTION);
    expect(() => new Webhook(newWebhookSecret()).verify(body, headers as Record<string, string>)).toThrow();
  });

  it('takes an answer without content for no claims', async () => {
    answer = (response) => response.writeHead(204).end();
    expect(await client.ask(QUESTION)).toMatchObject({ claims: {} });
  });

  it.each([
    ['an error', (response: http.ServerResponse) => void response.writeHead(500).end('hunter2')],
    ['a redirect', (response: http.ServerResponse) => void response.writeHead(307, { location: '/hunter2' }).end()],
    ['other text', (response: http.ServerResponse) => void response.end('hunter2')],
    ['a long answer', (response: http.ServerResponse) => void response.end(' '.repeat(9000))],
    ['a dropped connection', (response: http.ServerResponse) => void response.destroy()],
  ])('AT-02 takes %s for a failure, and the next question is asked all the same', async (_name, fault) => {
    answer = fault;
    for (let i = 0; i < 4; i += 1) await expect(client.ask(QUESTION)).rejects.toThrow(/^(?!.*(hunter2|whsec_))/);
    answer = (response) => response.end('{"claims":{"plan":"pro"}}');
    expect(await client.ask(QUESTION)).toEqual(PRO);
    expect(received.map(({ headers }) => headers['webhook-id'])).toHaveLength(5);
  });
});

describe('a token hook that hangs', () => {
  let questions: number;
  let hangs: boolean;
  let nowMs: number;
  let post: () => Promise<HttpAnswer>;
  let client: TokenHookClient;

  beforeEach(() => {
    [questions, nowMs, hangs] = [0, 0, false];
    post = async () => {
      if (hangs) throw new NoAnswerInTimeError('no answer within 1 s');
      return { status: 200, headers: {}, body: '{}', isTruncated: false };
    };
    const sender = {
      close: () => undefined,
      post: async () => {
        questions += 1;
        return post();
      },
    };
    client = new TokenHookClient({ url: '', secret: newWebhookSecret(), nowSeconds, now: () => nowMs, sender });
  });

  const timeOut = async (times: number): Promise<void> => {
    hangs = true;
    for (let i = 0; i < times; i += 1) await expect(client.ask(QUESTION)).rejects.toThrow('no answer within');
    hangs = false;
  };

  it('is still asked after two questions in a row without an answer in time', async () => {
    await timeOut(2);
    expect(await client.ask(QUESTION)).toMatchObject({ kind: 'claims' });
    await timeOut(2);
    expect(await client.ask(QUESTION)).toMatchObject({ kind: 'claims' });
  });

  it('is left alone after three, then tested with one question', async () => {
    await timeOut(3);
    await expect(client.ask(QUESTION)).rejects.toThrow('not asked, because it did not answer');
    expect(questions).toBe(3);
    nowMs = 1001;
    const answers = await Promise.allSettled([client.ask(QUESTION), client.ask(QUESTION), client.ask(QUESTION)]);
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
    expect(questions).toBe(4);
    expect(await client.ask(QUESTION)).toMatchObject({ kind: 'claims' });
  });

  it('lets a limited number of questions wait', async () => {
    let end = (): void => undefined;
    const ended = new Promise<void>((resolve) => (end = resolve));
    const answer = post;
    post = async () => ended.then(answer);
    const waiting = Array.from({ length: 256 }, () => client.ask(QUESTION));
    await expect(client.ask(QUESTION)).rejects.toThrow('256 questions wait');
    end();
    expect(await Promise.all(waiting)).toHaveLength(256);
    expect(await client.ask(QUESTION)).toMatchObject({ kind: 'claims' });
  });
});
