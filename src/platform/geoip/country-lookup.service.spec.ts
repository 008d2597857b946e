import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { AppConfig } from '../config/app-config.js';
import { CountryLookup } from './country-lookup.service.js';

const BUNDLED = createRequire(import.meta.url).resolve(
  '@ip-location-db/geo-whois-asn-country-mmdb/geo-whois-asn-country.mmdb',
);

async function lookup(database?: string): Promise<CountryLookup> {
  const countries = new CountryLookup(AppConfig.load({ NODE_ENV: 'test', GEOIP_DATABASE: database }));
  await countries.onModuleInit();
  return countries;
}

describe('the country of an address', () => {
  let countries: CountryLookup;
  beforeAll(async () => {
    countries = await lookup();
  });

  it.each([
    ['168.126.63.1', 'KR'],
    ['8.8.8.8', 'US'],
    ['::ffff:8.8.8.8', 'US'],
    ['133.11.0.1', 'JP'],
    ['2001:4860:4860::8888', 'US'],
    ['2a01:4f8::1', 'DE'],
  ])('%s is %s', (ip, country) => expect(countries.of(ip)).toBe(country));

  // For some of these the file wrongly has a country.
  it.each([
    '192.168.1.1',
    '10.0.0.1',
    '127.0.0.1',
    '203.0.113.7',
    '198.18.3.7',
    '::1',
    '2001:db8::1',
    'fe80::1',
    '',
    'x',
  ])('%s has no country', (ip) => expect(countries.of(ip)).toBeNull());
});

describe('without a usable database', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'munjigi-countries-'));
  const garbage = path.join(folder, 'garbage.mmdb');
  const broken = path.join(folder, 'broken.mmdb');
  const genuine = readFileSync(BUNDLED);
  writeFileSync(garbage, 'not a database');
  // The metadata at the end of the file is intact, the search tree is not.
  writeFileSync(broken, Buffer.concat([Buffer.alloc(1000, 0xff), genuine.subarray(genuine.length - 300)]));
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each([
    ['off', 'off'],
    ['missing', path.join(folder, 'nothing.mmdb')],
    ['a folder', folder],
    ['no database', garbage],
    ['damaged', broken],
  ])('%s: every country is unknown, without an error', async (_, database) => {
    const countries = await lookup(database);
    for (const ip of ['168.126.63.1', '8.8.8.8', '2a01:4f8::1']) expect(countries.of(ip)).toBeNull();
  });

  it('tries again a minute after the file was missing, as it is while an operator replaces it', async () => {
    const replaced = path.join(folder, 'replaced.mmdb');
    const now = jest.spyOn(performance, 'now').mockReturnValue(1_000_000);
    writeFileSync(replaced, genuine);
    const countries = await lookup(replaced);
    rmSync(replaced);
    expect(countries.of('8.8.8.8')).toBeNull();
    writeFileSync(replaced, genuine);
    now.mockReturnValue(1_059_999);
    expect(countries.of('8.8.8.8')).toBeNull();
    now.mockReturnValue(1_060_000);
    expect(countries.of('8.8.8.8')).toBe('US');
    now.mockRestore();
  });

  it('reads a database from a configured path', async () => {
    expect((await lookup(BUNDLED)).of('168.126.63.1')).toBe('KR');
  });
});
