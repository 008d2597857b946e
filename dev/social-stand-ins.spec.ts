import { describe, expect, it } from '@jest/globals';
import { startSocialStandIns, wantsStandIns } from './social-stand-ins.js';
import { productionPackages } from './third-party.js';

const HERE = 'http://localhost:3000';

describe('the stand-ins for providers of social login', () => {
  it('run in development on this machine without real providers', () => {
    expect(wantsStandIns({}, HERE)).toBe(true);
    expect(wantsStandIns({ NODE_ENV: 'development', HOST: '127.0.0.1', SOCIAL_KAKAO_CLIENT_ID: '' }, HERE)).toBe(true);
  });

  it.each<[string, NodeJS.ProcessEnv, string]>([
    ['in production', { NODE_ENV: 'production' }, HERE],
    ['in tests', { NODE_ENV: 'test' }, HERE],
    ['beside a real provider', { SOCIAL_GOOGLE_CLIENT_ID: 'x' }, HERE],
    ['where other machines reach the server', { HOST: '0.0.0.0' }, HERE],
    ['where the server has a public address', {}, 'https://accounts.example.com'],
  ])('SO-72 do not run %s', (_, variables, publicUrl) => {
    expect(wantsStandIns(variables, publicUrl)).toBe(false);
  });

  it('SO-72 listen on this machine alone, and lead back to the server and the example alone', async () => {
    const { variables, stop } = await startSocialStandIns(HERE);
    const { SOCIAL_GOOGLE_ISSUER: google, SOCIAL_NAVER_ISSUER: naver, SOCIAL_APPLE_ISSUER: apple } = variables;
    expect([google, naver, apple]).toEqual(Array(3).fill(expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/)));
    const ask = (redirectUri: string) => {
      const query = new URLSearchParams({
        ...{ client_id: variables.SOCIAL_GOOGLE_CLIENT_ID!, response_type: 'code', scope: 'openid' },
        ...{ redirect_uri: redirectUri, code_challenge: 'x'.repeat(43), code_challenge_method: 'S256' },
      });
      return fetch(`${google}/auth?${query.toString()}`, { redirect: 'manual' });
    };
    expect((await ask(`${HERE}/pages/social-login`)).status).toBe(303);
    expect((await ask('https://evil.test/')).status).toBe(400);
    await stop();
  });

  it('SO-72 need a package that production does not install', () => {
    expect(productionPackages().has('node_modules/oidc-provider')).toBe(false);
    expect(productionPackages().has('node_modules/openid-client')).toBe(true);
  });
});
