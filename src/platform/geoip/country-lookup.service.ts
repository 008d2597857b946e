import { readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { Reader, type Response } from 'maxmind';
import { isPublicAddress, unmapped } from '../addresses/ip-address.js';
import { AppConfig } from '../config/app-config.js';

/** The bundled database; docs/countries.md names its source. */
const BUNDLED = '@ip-location-db/geo-whois-asn-country-mmdb/geo-whois-asn-country.mmdb';

/** Begins the description at the end of an MMDB file (MaxMind DB File Format Specification 2.0). */
const DESCRIPTION_MARK = Buffer.from('\xab\xcd\xefMaxMind.com', 'latin1');
const DESCRIPTION_WITHIN_BYTES = 128 * 1024;

/** A file that is being replaced can be read again soon. Until then no login reads the disk. */
const RETRY_AFTER_MS = 60_000;

/**
 * How publishers of MMDB files store a country: `country_code` (bundled, IPinfo),
 * `country.iso_code` (MaxMind, DB-IP), `country` (older IPinfo).
 */
interface CountryRecord {
  readonly country_code?: unknown;
  readonly country?: unknown;
}

/**
 * Looks up the country of an IP address in a file on disk; no address leaves this process. Without
 * a readable file every country is unknown; risk signals and mail texts that need a country are
 * then left out.
 */
@Injectable()
export class CountryLookup implements OnModuleInit {
  private readonly logger = new Logger(CountryLookup.name);
  /** Undefined where the start found no such file. */
  private file: string | undefined;
  private reader: Reader<Response> | undefined;
  /** By the clock of `performance.now`. */
  private retryAt = 0;

  constructor(private readonly config: AppConfig) {}

  /** Checks the file, so that a wrong setting shows at the start and not at the first login. */
  async onModuleInit(): Promise<void> {
    const choice = this.config.env.GEOIP_DATABASE;
    if (choice === 'off') return;
    try {
      const file = choice === 'bundled' ? createRequire(import.meta.url).resolve(BUNDLED) : choice;
      await checkFormat(file);
      this.file = file;
    } catch (error) {
      this.warn(error); // logins work without countries, so this does not prevent the start
    }
  }

  /** ISO 3166-1 alpha-2; null for a private or reserved address, or when unknown. */
  of(ip: string): string | null {
    const address = unmapped(ip);
    // Some files give private addresses a country, although every network may use them.
    if (this.file === undefined || !isPublicAddress(address)) return null;
    let record: CountryRecord | null;
    try {
      this.reader ??= this.readFile(this.file);
      record = (this.reader?.get(address) ?? null) as CountryRecord | null;
    } catch {
      return null; // the file is damaged, although its metadata could be read
    }
    const country = record?.country as { iso_code?: unknown } | string | undefined;
    const code = record?.country_code ?? (typeof country === 'object' ? country.iso_code : country);
    return typeof code === 'string' && /^[A-Z]{2}$/.test(code) ? code : null;
  }

  /**
   * Reads the whole file into memory with the first lookup: 8 MB in a few milliseconds. Servers that
   * only see private addresses never need that memory.
   */
  private readFile(file: string): Reader<Response> | undefined {
    if (performance.now() < this.retryAt) return undefined;
    try {
      return new Reader(readFileSync(file));
    } catch (error) {
      this.retryAt = performance.now() + RETRY_AFTER_MS;
      this.warn(error);
      return undefined;
    }
  }

  private warn(error: unknown): void {
    this.logger.warn(`GEOIP_DATABASE cannot be read, so countries are unknown: ${(error as Error).message}`);
  }
}

/** @throws Error when the end of the file has no description of an MMDB database */
async function checkFormat(path: string): Promise<void> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const length = Math.min(size, DESCRIPTION_WITHIN_BYTES);
    const { buffer } = await file.read({ buffer: Buffer.alloc(length), position: size - length });
    if (!buffer.includes(DESCRIPTION_MARK)) throw new Error(`${path} is no MMDB file`);
  } finally {
    await file.close();
  }
}
