import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { fetchFromProvider, isProviderUnavailable, reasonOf } from './provider-http.js';

let server: http.Server;
let url: string;
let answer: (response: http.ServerResponse) => void;

beforeAll(async () => {
  server = http.createServer((_request, response) => answer(response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
afterEach(() => void jest.restoreAllMocks());

const failure = () => fetchFromProvider(url, {}).catch((error: unknown) => error);

/** Replaces the limit of five seconds by a signal that the test aborts. */
function expireAtOnce(): AbortController {
  const expiry = new AbortController();
  const timeout = jest.spyOn(AbortSignal, 'timeout').mockReturnValue(expiry.signal);
  timeout.mockName('AbortSignal.timeout');
  return expiry;
}

describe('SO-11 a provider is down', () => {
  it('that does not answer', async () => {
    const expiry = expireAtOnce();
    answer = () => expiry.abort(new DOMException('over', 'TimeoutError'));
    expect(isProviderUnavailable(await failure())).toBe(true);
    expect(AbortSignal.timeout).toHaveBeenCalledWith(5000);
  });

  it('that hangs in the middle of its answer', async () => {
    const expiry = expireAtOnce();
    answer = (response) =>
      response.write('{"access_token":', () => expiry.abort(new DOMException('over', 'TimeoutError')));
    expect(isProviderUnavailable(await failure())).toBe(true);
  });

  it.each<[string, (response: http.ServerResponse) => void]>([
    ['that breaks off', (response) => response.write('{', () => response.destroy())],
    ['that answers with more than a megabyte', (response) => response.end(Buffer.alloc(1_000_001))],
    ['that has a fault', (response) => response.writeHead(502).end()],
    ['that takes no more requests', (response) => response.writeHead(429).end()],
  ])('%s', async (_, behave) => {
    answer = behave;
    expect(isProviderUnavailable(await failure())).toBe(true);
  });

  it('and not one that refuses, redirects or has nothing to say', async () => {
    const statusOf = async (status: number, headers = {}) => {
      answer = (response) => response.writeHead(status, headers).end();
      return (await fetchFromProvider(url, {})).status;
    };
    expect(await statusOf(400)).toBe(400);
    expect(await statusOf(204)).toBe(204);
    expect(await statusOf(302, { location: 'http://127.0.0.1:9/' })).toBe(302);
  });
});

it('SO-11 the reason of a failure at all addresses of a provider names each', () => {
  const inner = ['connect ECONNREFUSED ::1:443', 'connect ECONNREFUSED 127.0.0.1:443'].map((text) => new Error(text));
  const error = new Error('fetch failed', { cause: new AggregateError(inner) });
  expect(reasonOf(error)).toBe('connect ECONNREFUSED ::1:443; connect ECONNREFUSED 127.0.0.1:443');
});
