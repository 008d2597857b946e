import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { Reader, type Response } from 'maxmind';
import { isPublicAddress, unmapped } from '../addresses/ip-address.js';
import { AppConfig } from '../config/app-config.js';
import type { Locale } from '../i18n/locale.js';

/** The file of the package that comes with us; docs/countries.md names its source. */
const BUNDLED = '@ip-location-db/geo-whois-asn-country-mmdb/geo-whois-asn-country.mmdb';

/** The shapes in which publishers of MMDB files write a country: ours and IPinfo's, MaxMind's and DB-IP's, older IPinfo's. */
interface CountryRecord {
  readonly country_code?: unknown;
  readonly country?: unknown;
}

/**
 * Which country an address belongs to, from a file on disk; no address leaves this process. Without a file, or with one that
 * cannot be read, no country is known, and everything that would go by it holds its peace.
 */
@Injectable()
export class CountryLookup implements OnModuleInit {
  private readonly logger = new Logger(CountryLookup.name);
  private reader: Reader<Response> | undefined;

  constructor(private readonly config: AppConfig) {}

  /** Reads the file, once: 8 MB, a few milliseconds, and shared by all lookups from then on. */
  async onModuleInit(): Promise<void> {
    const choice = this.config.env.GEOIP_DATABASE;
    if (choice === 'off') return;
    try {
      const path = choice === 'bundled' ? createRequire(import.meta.url).resolve(BUNDLED) : choice;
      this.reader = new Reader(await readFile(path));
    } catch (error) {
      // No reason not to start: a login is worth more than the name of its country.
      this.logger.warn(`GEOIP_DATABASE cannot be read, so countries are unknown: ${(error as Error).message}`);
    }
  }

  /** ISO 3166-1 alpha-2; null for a private or reserved address, and where it is not known. */
  of(ip: string): string | null {
    const address = unmapped(ip);
    // Asked first: such addresses are in use everywhere, whatever a file says of them.
    if (this.reader === undefined || !isPublicAddress(address)) return null;
    let found: CountryRecord | null;
    try {
      found = this.reader.get(address) as CountryRecord | null;
    } catch {
      return null; // a damaged file: its header was fine, this part of it is not
    }
    const country = found?.country as { iso_code?: unknown } | string | undefined;
    const code = found?.country_code ?? (typeof country === 'object' ? country.iso_code : country);
    return typeof code === 'string' && /^[A-Z]{2}$/.test(code) ? code : null;
  }

  /** The country's name in that language, for mails; undefined where the country is not known. */
  nameOf(ip: string, locale: Locale): string | undefined {
    const code = this.of(ip);
    return code === null ? undefined : new Intl.DisplayNames(locale, { type: 'region' }).of(code);
  }
}
