import { isIP } from 'node:net';
import { availableParallelism } from 'node:os';
import { customCleanEnv } from 'envalid';
import type { Locale } from '../i18n/locale.js';
import { offerMailLocales } from '../i18n/mail-locale.js';
import { androidOrigin } from './app-links.js';
import { readBrandLogo, type BrandLogo } from './brand-logo.js';
import { LINKED_PAGES, type LinkedPage, type PageName } from './built-in-pages.js';
import { findProblems, type Problems } from './configuration-checks.js';
import { ConfigurationError } from './configuration-error.js';
import { bareValue } from './bare-value.js';
import { ENVIRONMENT, type Environment } from './environment.js';
import { findHints } from './configuration-hints.js';
import { readMailLanguages } from './mail-languages.js';
import { commandSecret, developmentSecret } from './secrets.js';
import { readSocialProviders, type SocialProviderSettings } from './social-providers.js';

/** The threads of Node.js when UV_THREADPOOL_SIZE is not set. */
const DEFAULT_POOL_THREADS = 4;

const LOOPBACK_HOSTS = ['localhost', '127.0.0.1', '[::1]'];

/** The complete and checked configuration. Durations are whole seconds, and milliseconds where the name ends in `_MS`. */
export class AppConfig {
  private constructor(
    readonly env: Readonly<Environment>,
    /** Master secrets, the current one first. */
    readonly secrets: readonly string[],
    /** Base of every link, without a trailing slash. */
    readonly publicUrl: string,
    /** Threads of Node.js for hashes and files; see src/thread-pool.cts. */
    private readonly poolThreads: number,
    /** The providers of social login. */
    readonly socialProviders: readonly SocialProviderSettings[],
  ) {}

  /**
   * @throws ConfigurationError naming every wrong variable, without values. Outside production,
   *   {@link findProblems} runs only once each setting is valid by itself.
   */
  static load(variables: NodeJS.ProcessEnv = process.env, findSecret = developmentSecret): AppConfig {
    const problems: Problems = {};
    // An empty value in a .env file means "not set".
    const entries = Object.entries(variables).map(([name, value]) => [name, bareValue(name, value)] as const);
    const given = Object.fromEntries(entries.filter(([, value]) => value !== ''));
    const values: NodeJS.ProcessEnv = { NODE_ENV: 'development', ...given };
    // Without the proxy of cleanEnv: it throws where the checks below read an invalid variable, and freezing it takes
    // 20 ms.
    const env: Environment = customCleanEnv(values, ENVIRONMENT, (cleaned) => cleaned, {
      reporter: ({ errors }) => {
        for (const [name, error] of Object.entries(errors)) {
          problems[name] = values[name] === undefined ? 'is missing' : ruleOf(name, error);
        }
      },
    });
    if (Object.keys(problems).length === 0 || env.NODE_ENV === 'production')
      Object.assign(problems, findProblems(env, problems));
    const socialProviders =
      env.SOCIAL_OIDC_PROVIDERS === undefined || env.SOCIAL_TRUSTED_MAILBOXES === undefined
        ? []
        : readSocialProviders(env, values, (name, rule) => (problems[name] ??= rule));
    if (Object.keys(problems).length > 0) throw new ConfigurationError(problems);

    offerMailLocales(env.MAIL_TEMPLATES_DIR === undefined ? [] : readMailLanguages(env.MAIL_TEMPLATES_DIR));
    const secret = env.SECRET ?? findSecret();
    const publicUrl = env.PUBLIC_URL ?? `http://localhost:${env.PORT}`;
    const poolThreads = Number(variables.UV_THREADPOOL_SIZE) || DEFAULT_POOL_THREADS;
    return new AppConfig(env, [secret, ...env.PREVIOUS_SECRETS], publicUrl, poolThreads, socialProviders);
  }

  /** As {@link load}, for a process that serves nothing: it makes no secret. @throws ConfigurationError */
  static loadForCommand(): AppConfig {
    return AppConfig.load(process.env, commandSecret);
  }

  /** Warnings for the operator at start, about settings that are allowed but rarely intended. */
  hints(): string[] {
    return findHints(this);
  }

  /**
   * The URL of PostgreSQL without a pooler, for LISTEN and migrations, which need one connection
   * for longer than a transaction.
   */
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

  /** The APIs that access tokens are for; never empty. */
  get accessTokenAudiences(): readonly string[] {
    const { ACCESS_TOKEN_AUDIENCE } = this.env;
    return ACCESS_TOKEN_AUDIENCE.length > 0 ? ACCESS_TOKEN_AUDIENCE : [this.issuer];
  }

  get defaultLocale(): Locale {
    return this.env.DEFAULT_LOCALE;
  }

  /** Whether browsers use TLS, which decides the cookie names. */
  get isHttps(): boolean {
    return this.publicUrl.startsWith('https://');
  }

  /**
   * Origins that may send credentials: those configured, and our own for the built-in pages. In
   * development, `localhost` and `127.0.0.1` are the same machine, and people type either.
   */
  get allowedOrigins(): readonly string[] {
    const own = new URL(this.publicUrl);
    const origins = [...this.env.CORS_ORIGINS, own.origin];
    if (this.isProduction || !LOOPBACK_HOSTS.includes(own.hostname)) return origins;
    const port = own.port && `:${own.port}`;
    return [...new Set([...origins, ...LOOPBACK_HOSTS.map((host) => `${own.protocol}//${host}${port}`)])];
  }

  /**
   * The beginning of the names of cookies. Browsers keep the cookies of all ports and, with the
   * prefix `__Host-`, of all paths of a host together, so each instance on a host needs names of its own.
   */
  get cookiePrefix(): string {
    const path = new URL(this.publicUrl).pathname.split(/[^A-Za-z0-9]+/).filter(Boolean);
    return this.env.COOKIE_PREFIX ?? ['munjigi', ...path].join('-');
  }

  /** The name in EHLO: relays that are strict refuse the library's default `[127.0.0.1]`. */
  get smtpClientName(): string {
    const host = new URL(this.publicUrl).hostname;
    if (this.env.SMTP_CLIENT_NAME !== undefined) return this.env.SMTP_CLIENT_NAME;
    if (host.startsWith('[')) return `[IPv6:${host.slice(1)}`; // RFC 5321 section 4.1.3
    return isIP(host) ? `[${host}]` : host;
  }

  /** The relying party of WebAuthn, and the pages and apps that may use its passkeys. */
  get relyingParty(): { readonly id: string; readonly name: string; readonly origins: readonly string[] } {
    const { PASSKEY_RP_ID, PASSKEY_ORIGINS, WEBAUTHN_RELATED_ORIGINS, ANDROID_APPS, PRODUCT_NAME } = this.env;
    const own = PASSKEY_ORIGINS.length > 0 ? PASSKEY_ORIGINS : this.allowedOrigins;
    return {
      id: PASSKEY_RP_ID ?? new URL(this.publicUrl).hostname,
      name: PRODUCT_NAME,
      origins: [...new Set([...own, ...WEBAUTHN_RELATED_ORIGINS, ...ANDROID_APPS.map(androidOrigin)])],
    };
  }

  get hashConcurrency(): number {
    if (this.env.HASH_CONCURRENCY !== 0) return this.env.HASH_CONCURRENCY;
    return Math.min(availableParallelism(), this.poolThreads);
  }

  isPageServed(page: PageName): boolean {
    return this.env.PAGES.includes(page);
  }

  /** The login page: the operator's, else the built-in one, else undefined. */
  get loginUrl(): string | undefined {
    return this.env.LOGIN_URL ?? (this.isPageServed('login') ? `${this.publicUrl}/pages/login` : undefined);
  }

  /** Where a member changes a password: the operator's page, else the account page, else undefined. */
  get changePasswordUrl(): string | undefined {
    const page = this.isPageServed('account') ? `${this.publicUrl}/pages/account?panel=password` : undefined;
    return this.env.CHANGE_PASSWORD_URL ?? page;
  }

  /**
   * The web apps that the built-in pages may send visitors back to. An origin of another scheme,
   * such as that of a mobile app, has no address that a browser could open.
   */
  get returnOrigins(): readonly string[] {
    const { APP_URL, CORS_ORIGINS } = this.env;
    const origins = [...(APP_URL === undefined ? [] : [new URL(APP_URL).origin]), ...CORS_ORIGINS];
    return [...new Set(origins)].filter((origin) => /^https?:/.test(origin));
  }

  get brandLogo(): BrandLogo | null {
    return this.env.BRAND_LOGO === undefined ? null : readBrandLogo(this.env.BRAND_LOGO);
  }

  /** The logo for mails: BRAND_MAIL_LOGO, else BRAND_LOGO. Mails show it only if it is a PNG. */
  get mailLogo(): BrandLogo | null {
    const { BRAND_MAIL_LOGO } = this.env;
    return BRAND_MAIL_LOGO === undefined ? this.brandLogo : readBrandLogo(BRAND_MAIL_LOGO);
  }

  /** The display name of a provider; its id where it is no longer configured. */
  nameOfProvider(id: string): string {
    return this.socialProviders.find((provider) => provider.id === id)?.name ?? id;
  }

  /** Where providers may send members back to. A request that names none gets the first one. */
  get socialRedirectUris(): readonly string[] {
    const { SOCIAL_REDIRECT_URIS } = this.env;
    return SOCIAL_REDIRECT_URIS.length > 0 ? SOCIAL_REDIRECT_URIS : [`${this.publicUrl}/pages/social-login`];
  }

  /** Where a provider such as Apple posts its answer, because it does not send the answer to the client directly. */
  providerAnswerUri(provider: string): string {
    return `${this.publicUrl}/api/auth/social/${provider}/callback`;
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

  invitationLink(token: string): string {
    return this.link('invitation', token);
  }

  resetLink(token: string): string {
    return this.link('reset-password', token);
  }

  private link(page: LinkedPage, token: string): string {
    const template = this.env[LINKED_PAGES[page]] ?? `${this.publicUrl}/pages/${page}#token={token}`;
    return template.replaceAll('{token}', encodeURIComponent(token));
  }
}

/**
 * The broken rule. Only messages of our own validators are shown, because those of libraries may
 * quote the value.
 */
function ruleOf(name: string, error: Error | undefined): string {
  const choices = (ENVIRONMENT as Record<string, { choices?: readonly unknown[] }>)[name]?.choices;
  if (choices) return `needs one of ${choices.join(', ')}`;
  return error?.message.startsWith('needs ') ? error.message : 'is not valid';
}
