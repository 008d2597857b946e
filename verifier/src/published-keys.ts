import {
  createLocalJWKSet,
  errors,
  type CryptoKey,
  type FlattenedJWSInput,
  type JSONWebKeySet,
  type JWSHeaderParameters,
} from 'jose';
import { fetchJson } from './fetch-json.js';
import type { Settings } from './options.js';
import { Refusal } from './refusal.js';

const DEFAULT_AGE_SECONDS = 300;
const MAX_AGE_SECONDS = 3600;
/** Between two fetches for unknown key ids, which any client can send. */
const REFETCH_MS = 30_000;
/** After a failed fetch, so that a flood of requests does not reach a server that is down. */
const FAILURE_MS = 1000;

type Keys = (header?: JWSHeaderParameters, token?: FlattenedJWSInput) => Promise<CryptoKey>;

/** Published keys of the server, for as long as their response may be cached (RS-32). */
export class PublishedKeys {
  private loaded: Promise<Keys> | undefined;
  private freshUntil = -Infinity;
  private mayRefetchAt = -Infinity;
  private refetching: Promise<Keys> | undefined;
  /** Reported once: an outage fails a fetch every second. */
  private lastFailure: string | undefined;

  /** @param now monotonic, in milliseconds */
  constructor(
    private readonly settings: Pick<Settings, 'issuer' | 'warn'>,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /**
   * Finds the key of a token.
   * @throws JWKSNoMatchingKey
   * @throws Refusal `temporarily_unavailable` while keys are unknown
   */
  readonly find: Keys = async (header, token) => {
    const keys = await this.current();
    try {
      return await keys(header, token);
    } catch (error) {
      const newer = error instanceof errors.JWKSNoMatchingKey ? this.refetch() : undefined;
      if (newer === undefined) throw error;
      return (await newer)(header, token);
    }
  };

  private current(): Promise<Keys> {
    return this.loaded !== undefined && this.now() < this.freshUntil ? this.loaded : this.fetch();
  }

  /** Requests share one fetch: it counts as fresh until its own age, or its failure, is known. */
  private fetch(): Promise<Keys> {
    const loading = this.load();
    this.loaded = loading;
    this.freshUntil = Infinity;
    loading.catch(() => {
      if (this.loaded === loading) this.freshUntil = this.now() + FAILURE_MS;
    });
    return loading;
  }

  /**
   * Fetches keys for an unknown key id. Known keys work on until it succeeds: otherwise one request
   * with an invented id would make all members wait, or refuse them while the server is down.
   * @returns undefined if the last fetch was too recent
   */
  private refetch(): Promise<Keys> | undefined {
    if (this.now() < this.mayRefetchAt) return this.refetching;
    this.mayRefetchAt = this.now() + REFETCH_MS;
    const loading = this.load();
    this.refetching = loading;
    loading.then(
      () => {
        this.loaded = loading;
        this.refetching = undefined;
      },
      () => (this.mayRefetchAt = this.now() + FAILURE_MS),
    );
    return loading;
  }

  private async load(): Promise<Keys> {
    const { issuer: expected, warn } = this.settings;
    try {
      const metadata = await fetchJson(`${expected}/.well-known/oauth-authorization-server`);
      const { issuer, jwks_uri: address } = metadata.body as { issuer?: unknown; jwks_uri?: unknown };
      // RFC 8414 section 3.3: metadata of another issuer must not be used.
      if (issuer !== expected || typeof address !== 'string')
        throw new Error(`its metadata names another issuer, ${JSON.stringify(issuer)}`);
      const { headers, body } = await fetchJson(address);
      const keys = createLocalJWKSet(body as JSONWebKeySet);
      this.freshUntil = this.now() + ageOf(headers) * 1000;
      this.lastFailure = undefined;
      return keys;
    } catch (cause) {
      const { message } = cause as Error;
      if (message !== this.lastFailure) warn(`The keys of ${expected} cannot be used: ${message}`);
      this.lastFailure = message;
      throw Refusal.unavailable(cause);
    }
  }
}

function ageOf(headers: Headers): number {
  const [, seconds] = /max-age=(\d+)/.exec(headers.get('cache-control') ?? '') ?? [];
  return Math.min(Math.max(Number(seconds ?? DEFAULT_AGE_SECONDS), 1), MAX_AGE_SECONDS);
}
