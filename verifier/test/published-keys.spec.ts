import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Refusal } from '../src/index.js';
import { PublishedKeys } from '../src/published-keys.js';
import { FakeIssuer, givenKey } from './fake-issuer.js';

let issuer: FakeIssuer;
let clock: number;
let keys: PublishedKeys;
let warnings: string[];

beforeEach(async () => {
  issuer = await FakeIssuer.start();
  clock = 0;
  warnings = [];
  const settings = { issuer: issuer.url, warn: (message: string) => void warnings.push(message) };
  keys = new PublishedKeys(settings, () => clock);
});
afterEach(() => issuer.stop());

const find = (kid: string) => keys.find({ alg: 'ES256', kid });
const isKnown = (kid: string) =>
  find(kid).then(
    () => true,
    (error: { code?: string }) => {
      if (error.code !== 'ERR_JWKS_NO_MATCHING_KEY') throw error;
      return false;
    },
  );

describe('published keys', () => {
  it('RS-32 are fetched once for requests that come together', async () => {
    await Promise.all([find('first'), find('first'), find('first')]);
    expect(issuer.keyFetches).toBe(1);
  });

  it('RS-32 are trusted no longer than they may be cached', async () => {
    issuer.cacheControl = 'public, max-age=60';
    await find('first');
    issuer.published = [];
    clock = 59_999;
    expect(await isKnown('first')).toBe(true);
    clock = 60_000;
    expect(await isKnown('first')).toBe(false);
  });

  it('RS-32 are fetched again for an unknown key id, at most twice a minute', async () => {
    await find('first');
    issuer.published = [issuer.key.jwk, (await givenKey('second')).jwk];
    expect(await isKnown('second')).toBe(true);
    expect(issuer.keyFetches).toBe(2);
    for (const kid of ['third', 'fourth']) expect(await isKnown(kid)).toBe(false);
    expect(issuer.keyFetches).toBe(2);
    clock = 30_000;
    expect(await isKnown('third')).toBe(false);
    expect(issuer.keyFetches).toBe(3);
  });

  it('RS-32 are found by all requests that wait for a new key, while known keys wait for nothing', async () => {
    await find('first');
    issuer.published = [issuer.key.jwk, (await givenKey('second')).jwk];
    const waiting = Promise.all([isKnown('second'), isKnown('second')]);
    expect(await isKnown('first')).toBe(true);
    expect(issuer.keyFetches).toBe(1);
    expect(await waiting).toEqual([true, true]);
    expect(issuer.keyFetches).toBe(2);
  });

  it('RS-32 work on when a fetch for an unknown key id fails, which is tried again a second later', async () => {
    await find('first');
    issuer.published = [issuer.key.jwk, (await givenKey('second')).jwk];
    issuer.isDown = true;
    await expect(find('second')).rejects.toMatchObject({ status: 503 });
    expect(await isKnown('first')).toBe(true);
    issuer.isDown = false;
    await expect(find('second')).rejects.toMatchObject({ status: 503 });
    clock = 1000;
    expect(await isKnown('second')).toBe(true);
  });

  it('RS-32 are unknown while the server is down, without a fetch for each request', async () => {
    issuer.isDown = true;
    await expect(find('first')).rejects.toMatchObject({ status: 503, code: 'temporarily_unavailable' });
    issuer.isDown = false;
    await expect(find('first')).rejects.toBeInstanceOf(Refusal);
    clock = 1000;
    expect(await isKnown('first')).toBe(true);
  });

  it('RS-32 are not taken from the metadata of another issuer', async () => {
    issuer.metadataIssuer = 'https://other.test';
    await expect(find('first')).rejects.toMatchObject({ status: 503 });
    // Most often the operator wrote the address in another way, and only the warning shows it.
    expect(warnings).toEqual([
      expect.stringMatching(/^The keys of http:.* names another issuer, "https:\/\/other\.test"$/),
    ]);
  });
});
