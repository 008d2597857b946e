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
    const { SOCIAL_GOOGLE_ISSUER: google, SOCIAL_KAKAO_ISSUER: kakao } = variables;
    const { SOCIAL_NAVER_ISSUER: naver, SOCIAL_APPLE_ISSUER: apple } = variables;
    expect([google, kakao, naver, apple]).toEqual(Array(4).fill(expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/)));
    const ask = async (address: string, redirectUri: string): Promise<number> => {
      const query = new URLSearchParams({
        ...{ client_id: variables.SOCIAL_GOOGLE_CLIENT_ID!, response_type: 'code', scope: 'openid' },
        ...{ redirect_uri: redirectUri, code_challenge: 'x'.repeat(43), code_challenge_method: 'S256' },
      });
      return (await fetch(`${address}?${query.toString()}`, { redirect: 'manual' })).status;
    };
    try {
      for (const [address, status] of [
        [`${google}/auth`, 303],
        [`${kakao}/auth`, 303],
        [`${naver}/oauth2.0/authorize`, 200],
      ] as const) {
        for (const redirectUri of [`${HERE}/pages/social-login`, 'http://localhost:5173/'])
          expect([address, await ask(address, redirectUri)]).toEqual([address, status]);
        expect([address, await ask(address, 'https://evil.test/')]).toEqual([address, 400]);
      }
      expect(await ask(`${apple}/auth`, 'https://evil.test/')).toBe(400);
    } finally {
      await stop();
    }
  });

  it('SO-72 need a package that production does not install', () => {
    expect(productionPackages().has('node_modules/oidc-provider')).toBe(false);
    expect(productionPackages().has('node_modules/openid-client')).toBe(true);
  });
});
