import { gunzipSync } from 'node:zlib';
import { describe, expect, it, jest } from '@jest/globals';
import { PageAssets } from './page-assets.js';
import { ASSET_HEADERS, PAGE_HEADERS } from './page-headers.js';

const assets = new PageAssets({ color: '#2a51d8', logo: null });

describe('the assets of the pages', () => {
  it('have the content types that browsers require with nosniff', () => {
    expect(assets.find('pages.css')?.contentType).toBe('text/css; charset=utf-8');
    expect(assets.find('api.js')?.contentType).toBe('text/javascript; charset=utf-8');
  });

  it('are compressed once', () => {
    const { content, gzipped } = assets.find('api.js')!;
    expect(gunzipSync(gzipped())).toEqual(content);
    expect(gzipped()).toBe(gzipped());
  });

  it('are only scripts and styles; no name leads out of the folder', () => {
    for (const file of ['tsconfig.json', '../pages.module.ts', '..', '', 'constructor', '__proto__']) {
      expect(assets.find(file)).toBeNull();
    }
  });

  it('include the strength estimator of the server', async () => {
    const estimator = await assets.findStrength('strength-estimator.js');
    const words = await assets.findStrength('strength-words.js');
    const load = async (asset: typeof words): Promise<any> =>
      import(`data:text/javascript;base64,${asset!.content.toString('base64')}`);
    const [{ ZxcvbnFactory }, { dictionary, graphs, keysOf, koreanScore }] = [await load(estimator), await load(words)];
    const meter = new ZxcvbnFactory({ dictionary, graphs });
    expect(meter.check('password1', []).score).toBe(0);
    expect(meter.check('tall giraffes nap at noon', []).score).toBe(4);
    // PW-08: the functions work in the browser without other modules of the server.
    for (const typed of ['관심12', 'dkssudgktpdy', 'tkfkdgo1004'])
      expect(koreanScore(keysOf(typed), (text: string) => meter.check(text, []))).toBeLessThan(2);
    expect(await assets.findStrength('strength-meter.js')).toBeNull();
  });

  it('read the strength estimator again after reading it has failed', async () => {
    const texts = { 'strength-estimator.js': 'estimator', 'strength-words.js': 'words' };
    const load = jest.fn(async () => texts).mockRejectedValueOnce(new Error('EMFILE'));
    const shared = new PageAssets({ color: '#2a51d8', logo: null }, load);
    await expect(shared.findStrength('strength-words.js')).rejects.toThrow('EMFILE');
    expect(String((await shared.findStrength('strength-words.js'))?.content)).toBe('words');
    await shared.findStrength('strength-estimator.js');
    expect(load).toHaveBeenCalledTimes(2);
  });
});

describe('the headers of the pages', () => {
  it('TR-05 allow only files of the same origin', () => {
    expect(PAGE_HEADERS['content-security-policy']).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; " +
        "form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
    );
    expect(PAGE_HEADERS).toMatchObject({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' });
    expect(ASSET_HEADERS['content-security-policy']).toMatch(/^default-src 'none'; .*sandbox/);
  });
});
