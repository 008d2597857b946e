import { availableParallelism } from 'node:os';
import { cleanEnv } from 'envalid';
import { isLoopbackHost } from '../addresses/ip-address.js';
import type { Locale } from '../i18n/locale.js';
import { readBrandLogo, type BrandLogo } from './brand-logo.js';
import { LINKED_PAGES, type LinkedPage, type PageName } from './built-in-pages.js';
import { ConfigurationError } from './configuration-error.js';
import { ENVIRONMENT, type Environment } from './environment.js';
import { developmentSecret, weaknessOf } from './secrets.js';

/** What Node.js has where UV_THREADPOOL_SIZE does not say otherwise. */
const DEFAULT_POOL_THREADS = 4;

/** The configuration as the rest of the code sees it: grouped, complete, checked. Durations are whole seconds. */
export class AppConfig {
  private constructor(
    readonly env: Readonly<Environment>,
    /** Master secrets, the one in use first. */
    readonly secrets: readonly string[],
    /** Base of every link, without a slash at the end. */
    readonly publicUrl: string,
    /** Threads that Node.js has for hashes and files; see src/thread-pool.cts. */
    private readonly poolThreads: number,
  ) {}

  /** @throws ConfigurationError naming every bad variable at once, echoing no value. */
  static load(variables: NodeJS.ProcessEnv = process.env): AppConfig {
    const problems: Record<string, string> = {};
    // An empty value in a .env file means "not set".
    const given = Object.fromEntries(
      Object.entries({ NODE_ENV: 'development', ...variables }).filter(([, value]) => value !== ''),
    );
    // As a plain object: envalid's own throws when a variable that it refused is read, which the checks below do.
    const env: Environment = {
      ...cleanEnv(given, ENVIRONMENT, {
        reporter: ({ errors }) => {
          for (const [name, error] of Object.entries(errors)) {
            problems[name] = given[name] === undefined ? 'is missing' : ruleBroken(name, error);
          }
        },
      }),
    };
    if (Object.keys(problems).length === 0 || env.NODE_ENV === 'production')
      Object.assign(problems, crossChecks(env, problems));
    if (Object.keys(problems).length > 0) throw new ConfigurationError(problems);

    const secret = env.SECRET ?? developmentSecret();
    const publicUrl = env.PUBLIC_URL ?? `http://localhost:${env.PORT}`;
    const poolThreads = Number(variables.UV_THREADPOOL_SIZE) || DEFAULT_POOL_THREADS;
    return new AppConfig(env, [secret, ...env.PREVIOUS_SECRETS], publicUrl, poolThreads);
  }

  /** What is allowed but rarely meant, for the operator to read at start. */
  hints(): string[] {
    const hints: string[] = [];
    if (!this.isProduction) hints.push('NODE_ENV is not production: weak settings are accepted');
    if (this.isProduction && this.isHttps && this.env.TRUSTED_PROXIES === 0)
      hints.push('TRUSTED_PROXIES is 0: behind a proxy all people share one client address, and its limits');
    if (this.isProduction && !this.env.SMTP_REQUIRE_TLS && !this.env.SMTP_URL.startsWith('smtps:'))
      hints.push('SMTP_REQUIRE_TLS is off: codes and links may travel in plain text');
    if (this.env.PREVIOUS_SECRETS.length > 0)
      hints.push(
        'PREVIOUS_SECRETS is set: before a secret leaves it, "munjigi keys reseal" must find nothing that needs it',
      );
    return hints;
  }

  /** Reaches PostgreSQL itself: for what lasts longer than a transaction, which a pooler does not keep together. */
  get directDatabaseUrl(): string {
    return this.env.DATABASE_DIRECT_URL ?? this.env.DATABASE_URL;
  }

  get hasMetrics(): boolean {
    return this.env.METRICS_ENABLED || this.env.METRICS_PORT !== undefined;
  }

  get isProduction(): boolean {
    return this.env.NODE_ENV === 'production';
  }

  get issuer(): string {
    return this.env.JWT_ISSUER ?? this.publicUrl;
  }

  get defaultLocale(): Locale {
    return this.env.DEFAULT_LOCALE;
  }

  /** Whether browsers reach us over TLS, which decides the cookie names. */
  get isHttps(): boolean {
    return this.publicUrl.startsWith('https://');
  }

  /** Origins that may call with credentials: those configured, and our own for the built-in pages. */
  get allowedOrigins(): readonly string[] {
    return [...this.env.CORS_ORIGINS, new URL(this.publicUrl).origin];
  }

  /** Who we are to a passkey (WebAuthn: the relying party), and the pages and apps it may be used on. */
  get relyingParty(): { readonly id: string; readonly name: string; readonly origins: readonly string[] } {
    const { PASSKEY_RP_ID, PASSKEY_ORIGINS, PRODUCT_NAME } = this.env;
    return {
      id: PASSKEY_RP_ID ?? new URL(this.publicUrl).hostname,
      name: PRODUCT_NAME,
      origins: PASSKEY_ORIGINS.length > 0 ? PASSKEY_ORIGINS : this.allowedOrigins,
    };
  }

  get hashConcurrency(): number {
    if (this.env.HASH_CONCURRENCY !== 0) return this.env.HASH_CONCURRENCY;
    return Math.min(availableParallelism(), this.poolThreads);
  }

  isPageServed(page: PageName): boolean {
    return this.env.PAGES.includes(page);
  }

  /** Where people log in, if anywhere that we know of. */
  get loginUrl(): string | undefined {
    return this.env.LOGIN_URL ?? (this.isPageServed('login') ? `${this.publicUrl}/pages/login` : undefined);
  }

  get brandLogo(): BrandLogo | null {
    return this.env.BRAND_LOGO === undefined ? null : readBrandLogo(this.env.BRAND_LOGO);
  }

  notMeLink(token: string): string {
    return this.link('not-me', token);
  }

  confirmEmailLink(token: string): string {
    return this.link('confirm-email', token);
  }

  undoEmailLink(token: string): string {
    return this.link('undo-email', token);
  }

  signUpLink(token: string): string {
    return this.link('confirm-sign-up', token);
  }

  resetLink(token: string): string {
    return this.link('reset-password', token);
  }

  private link(page: LinkedPage, token: string): string {
    const template = this.env[LINKED_PAGES[page]] ?? `${this.publicUrl}/pages/${page}#token={token}`;
    return template.replaceAll('{token}', encodeURIComponent(token));
  }
}

/** The message of a rule of ours, or a general one: a library's own message may quote the value. */
function ruleBroken(name: string, error: Error | undefined): string {
  const choices = (ENVIRONMENT as Record<string, { choices?: readonly unknown[] }>)[name]?.choices;
  if (choices) return `needs one of ${choices.join(', ')}`;
  return error?.message.startsWith('needs ') ? error.message : 'is not valid';
}

/**
 * What production lets live no longer than this, in seconds (ASVS 6.5.5 and 7.3, NIST SP 800-63B 4.2.1.2): a code is short
 * because it is not guessed in the time, a link because a mailbox may be read later. Tests elsewhere need longer ones.
 */
const LONGEST_LIVES = {
  ACCESS_TOKEN_TTL_SECONDS: 900,
  RESET_TOKEN_TTL_SECONDS: 600,
  CODE_TTL_SECONDS: 600,
  RESET_LINK_TTL_SECONDS: 1800,
  SIGN_UP_LINK_TTL_SECONDS: 86_400,
  MFA_TOKEN_TTL_SECONDS: 300,
  REAUTHENTICATION_SECONDS: 300,
  REFRESH_GRACE_SECONDS: 60,
  REFRESH_IDLE_TTL_SECONDS: 14 * 86_400,
  REFRESH_ABSOLUTE_TTL_SECONDS: 30 * 86_400,
} as const satisfies Partial<Record<keyof Environment, number>>;

/** Rules over several variables, and those that hold in production alone. */
function crossChecks(env: Environment, found: Record<string, string>): Record<string, string> {
  const problems: Record<string, string> = {};
  const report = (name: string, rule: string): void => {
    if (!(name in found) && !(name in problems)) problems[name] = rule;
  };
  if (env.JWT_ALGORITHM === 'HS512' && env.JWT_KEYS)
    report('JWT_KEYS', 'is for ES256; HS512 keys are derived from SECRET');
  if (env.SMTP_TIMEOUT_SECONDS >= env.OUTBOX_LEASE_SECONDS)
    report('SMTP_TIMEOUT_SECONDS', 'needs to be below OUTBOX_LEASE_SECONDS');
  if (env.SHUTDOWN_DRAIN_SECONDS >= env.SHUTDOWN_TIMEOUT_SECONDS)
    report('SHUTDOWN_DRAIN_SECONDS', 'needs to be below SHUTDOWN_TIMEOUT_SECONDS');
  if (env.REFRESH_IDLE_TTL_SECONDS > env.REFRESH_ABSOLUTE_TTL_SECONDS)
    report('REFRESH_IDLE_TTL_SECONDS', 'needs to be at most REFRESH_ABSOLUTE_TTL_SECONDS');
  if (env.RISK_NOTIFY_SCORE > env.RISK_ASK_SCORE) report('RISK_NOTIFY_SCORE', 'needs to be at most RISK_ASK_SCORE');
  if (env.RISK_ASK_SCORE > env.RISK_END_SCORE) report('RISK_ASK_SCORE', 'needs to be at most RISK_END_SCORE');
  if (!env.API_ENABLED && !env.WORKER_ENABLED)
    report('WORKER_ENABLED', 'needs to be true where API_ENABLED is false: there would be nothing to do');
  checkPages(env, report);
  checkSecrets(env, report);
  if (env.PASSKEY_RP_ID !== undefined && env.PASSKEY_ORIGINS.some((origin) => !isOfDomain(origin, env.PASSKEY_RP_ID!)))
    report('PASSKEY_ORIGINS', 'needs pages of the domain PASSKEY_RP_ID');
  if (env.NODE_ENV !== 'production') return problems;

  for (const [name, seconds] of Object.entries(LONGEST_LIVES))
    if (env[name as keyof typeof LONGEST_LIVES] > seconds) report(name, `needs to be at most ${seconds} in production`);
  if (env.SECRET === undefined) report('SECRET', 'is missing');
  if (env.PUBLIC_URL === undefined) report('PUBLIC_URL', 'is missing');
  else if (!env.PUBLIC_URL.startsWith('https://') && !isLoopbackHost(new URL(env.PUBLIC_URL).hostname))
    report('PUBLIC_URL', 'needs https:// in production');
  return problems;
}

/** A mailed link has to lead somewhere, and what a page shows has to be there. */
function checkPages(env: Environment, report: (name: string, rule: string) => void): void {
  for (const [page, variable] of Object.entries(LINKED_PAGES) as [LinkedPage, (typeof LINKED_PAGES)[LinkedPage]][]) {
    // Undefined where PAGES itself was refused, which is reported already.
    if (env.PAGES?.includes(page) === false && env[variable] === undefined)
      report(variable, `needs a page of yours, because PAGES leaves out ${page}`);
  }
  if (env.BRAND_LOGO === undefined) return;
  try {
    readBrandLogo(env.BRAND_LOGO);
  } catch (error) {
    report('BRAND_LOGO', (error as Error).message);
  }
}

function checkSecrets(env: Environment, report: (name: string, rule: string) => void): void {
  const isProduction = env.NODE_ENV === 'production';
  const weakness = (secret: string): string | null => {
    const found = weaknessOf(secret);
    return isProduction || found?.startsWith('needs') ? found : null;
  };
  if (env.SECRET !== undefined) {
    const found = weakness(env.SECRET);
    if (found) report('SECRET', found);
    const elsewhere = [env.DATABASE_URL, env.DATABASE_DIRECT_URL, env.DATABASE_REPLICA_URL, env.REDIS_URL, env.SMTP_URL]
      .map(passwordOf)
      .concat(env.PREVIOUS_SECRETS, env.JWT_KEYS ?? []);
    if (elsewhere.includes(env.SECRET)) report('SECRET', 'is used a second time in another variable');
  }
  for (const previous of env.PREVIOUS_SECRETS) {
    const found = weakness(previous);
    if (found) report('PREVIOUS_SECRETS', `holds one that ${found}`);
  }
  if (new Set(env.PREVIOUS_SECRETS).size !== env.PREVIOUS_SECRETS.length)
    report('PREVIOUS_SECRETS', 'holds one secret twice');
}

/** Whether a browser lets the page use passkeys of the domain. Apps are bound to it by other means. */
function isOfDomain(origin: string, domain: string): boolean {
  if (origin.startsWith('android:')) return true;
  const { hostname } = new URL(origin);
  return hostname === domain || hostname.endsWith(`.${domain}`);
}

function passwordOf(url: string | undefined): string {
  const password = url !== undefined && URL.canParse(url) ? new URL(url).password : '';
  try {
    return decodeURIComponent(password);
  } catch {
    return password; // a percent sign that stands for itself
  }
}
