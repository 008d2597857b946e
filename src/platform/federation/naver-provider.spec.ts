import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { NaverProvider } from './naver-provider.js';

const GRANT = { refreshToken: 'refresh', clientId: 'munjigi' };

let server: http.Server;
let provider: NaverProvider;
/** What Naver answers next, with the status 200. */
let answers: object[];

beforeAll(async () => {
  server = http.createServer((request, response) => {
    request.resume();
    response.end(JSON.stringify(answers.shift()));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const settings = { id: 'naver', name: 'Naver', protocol: 'naver', scope: '', nativeAudiences: [] } as const;
  const client = { clientId: 'munjigi', clientSecret: 'secret' };
  provider = new NaverProvider({ ...settings, ...client, issuer, mailDomains: [] }, `${issuer}/me`);
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

describe('SO-53 a revocation at Naver', () => {
  it.each([
    ['deletes the permission', [{ access_token: 'access' }, { result: 'success' }]],
    [
      'ends without an error where the person has already revoked the permission',
      [{ error: 'invalid_request', error_description: 'no valid data in session' }],
    ],
  ])('%s', async (_, next) => {
    answers = next;
    await expect(provider.revoke('ada', GRANT)).resolves.toBeUndefined();
    expect(answers).toEqual([]);
  });

  it.each([
    ['the client is wrong', [{ error: 'invalid_request', error_description: 'wrong client id / client secret pair' }]],
    ['Naver has a fault', [{ error: 'server_error' }]],
    ['nothing was deleted', [{ access_token: 'access' }, { result: 'failure' }]],
  ])('is tried again where %s', async (_, next) => {
    answers = next;
    await expect(provider.revoke('ada', GRANT)).rejects.toThrow();
  });
});
