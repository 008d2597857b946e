import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isLoopbackHost } from '../addresses/ip-address.js';
import { readBrandLogo } from './brand-logo.js';
import { LINKED_PAGES, type LinkedPage } from './built-in-pages.js';
import type { Environment } from './environment.js';
import { isWebhookSecret } from '../http-client/webhook-signature.js';
import { readMailLanguages } from './mail-languages.js';
import { weaknessOf } from './secrets.js';

/** Broken rules by the name of the setting. */
export type Problems = Record<string, string>;

type Report = (name: string, rule: string) => void;

/**
 * The longest lifetimes that production accepts, in seconds (ASVS 6.5.5 and 7.3, NIST SP 800-63B
 * 4.2.1.2). A short life leaves no time to guess a code, and makes old links in a mailbox useless.
 * Tests need longer lifetimes.
 */
const MAX_PRODUCTION_SECONDS = {
  ACCESS_TOKEN_TTL_SECONDS: 900,
  RESET_TOKEN_TTL_SECONDS: 600,
  CODE_TTL_SECONDS: 600,
  RESET_LINK_TTL_SECONDS: 1800,
  SIGN_UP_LINK_TTL_SECONDS: 86_400,
  INVITATION_TTL_SECONDS: 30 * 86_400,
  MFA_TOKEN_TTL_SECONDS: 300,
  REAUTHENTICATION_SECONDS: 300,
  REFRESH_GRACE_SECONDS: 60,
  REFRESH_IDLE_TTL_SECONDS: 14 * 86_400,
  REFRESH_ABSOLUTE_TTL_SECONDS: 30 * 86_400,
} as const satisfies Partial<Record<keyof Environment, number>>;

/**
 * The longest life of any access token in use, in seconds. A token keeps the lifetime that it was signed
 * with when an operator shortens ACCESS_TOKEN_TTL_SECONDS, so the result is at least the maximum of production.
 */
export function longestAccessTokenSeconds(ttlSeconds: number): number {
  return Math.max(ttlSeconds, MAX_PRODUCTION_SECONDS.ACCESS_TOKEN_TTL_SECONDS);
}

/**
 * The lowest cost of a password hash (OWASP Password Storage Cheat Sheet). Only NODE_ENV=test may
 * go below it, so that tests of other subjects do not compute thousands of expensive hashes.
 */
const MIN_HASH_COST = {
  ARGON2_MEMORY_KIB: 19_456,
  ARGON2_TIME_COST: 2,
} as const satisfies Partial<Record<keyof Environment, number>>;

/**
 * Checks the rules that need more than the type of one setting: rules between settings, the files and
 * addresses that settings name, secrets, and rules that depend on NODE_ENV.
 * @param known problems of single settings, which are not reported a second time
 */
export function findProblems(env: Environment, known: Problems): Problems {
  const problems: Problems = {};
  const report: Report = (name, rule) => {
    if (!(name in known) && !(name in problems)) problems[name] = rule;
  };
  checkCombinations(env, report);
  checkPages(env, report);
  checkMail(env, report);
  checkSignUp(env, report);
  checkSecrets(env, report);
  checkPasskeys(env, report);
  checkImportHook(env, report);
  checkTokenHook(env, report);
  if (env.NODE_ENV !== 'test') checkHashCost(env, report);
  if (env.NODE_ENV === 'production') checkProduction(env, report);
  return problems;
}

function checkCombinations(env: Environment, report: Report): void {
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
  // A list is undefined if its value was refused; that is already reported.
  if (env.ALLOWED_COUNTRIES?.length > 0 && env.GEOIP_DATABASE === 'off')
    report('ALLOWED_COUNTRIES', 'needs GEOIP_DATABASE, otherwise every country is unknown');
  if (!env.API_ENABLED && !env.WORKER_ENABLED)
    report('WORKER_ENABLED', 'needs to be true when API_ENABLED is false, otherwise the process does nothing');
}

function checkHashCost(env: Environment, report: Report): void {
  for (const [name, minimum] of Object.entries(MIN_HASH_COST))
    if (env[name as keyof typeof MIN_HASH_COST] < minimum) report(name, `needs to be at least ${minimum}`);
}

/**
 * Every mailed link needs a page to open. The link of an invitation needs its page only with
 * SIGN_UP=invited. The configured logos must be readable.
 */
function checkPages(env: Environment, report: Report): void {
  for (const [page, variable] of Object.entries(LINKED_PAGES) as [LinkedPage, (typeof LINKED_PAGES)[LinkedPage]][]) {
    // A value of PAGES from before there were invitations stays valid.
    if (page === 'invitation' && env.SIGN_UP !== 'invited') continue;
    // PAGES is undefined if its value was refused; that is already reported.
    if (env.PAGES?.includes(page) === false && env[variable] === undefined)
      report(variable, `needs a page of yours, because PAGES leaves out ${page}`);
  }
  for (const name of ['BRAND_LOGO', 'BRAND_MAIL_LOGO'] as const) {
    const file = env[name];
    if (file === undefined) continue;
    try {
      const { contentType } = readBrandLogo(file);
      if (name === 'BRAND_MAIL_LOGO' && contentType !== 'image/png') report(name, 'needs a PNG image');
    } catch (error) {
      report(name, (error as Error).message);
    }
  }
}

function checkSignUp({ SIGN_UP, SIGN_UP_DOMAINS = [] }: Environment, report: Report): void {
  if (SIGN_UP === 'domains' && SIGN_UP_DOMAINS.length === 0)
    report('SIGN_UP_DOMAINS', 'is missing, and SIGN_UP=domains admits no address without it');
  // An operator who sets them without SIGN_UP=domains expects that other domains are refused.
  if (SIGN_UP !== 'domains' && SIGN_UP_DOMAINS.length > 0) report('SIGN_UP_DOMAINS', 'needs SIGN_UP=domains');
}

function checkMail(env: Environment, report: Report): void {
  if (env.MAIL_TEMPLATES_DIR !== undefined) {
    try {
      readMailLanguages(env.MAIL_TEMPLATES_DIR);
    } catch (error) {
      report('MAIL_TEMPLATES_DIR', (error as Error).message);
    }
  }
  if (env.SMTP_CA_FILE === undefined) return;
  try {
    const pem = readFileSync(env.SMTP_CA_FILE, 'latin1'); // from a Buffer, X509Certificate would also read DER, which TLS cannot
    new X509Certificate(pem.slice(pem.indexOf('-----BEGIN ')));
  } catch {
    report('SMTP_CA_FILE', 'needs a readable file with a certificate in PEM format');
  }
}

function checkSecrets(env: Environment, report: Report): void {
  const isProduction = env.NODE_ENV === 'production';
  const findWeakness = (secret: string): string | null => {
    const weakness = weaknessOf(secret);
    // Outside production a secret may be weak but not short. Only the message about its length begins with `needs`.
    return isProduction || weakness?.startsWith('needs') ? weakness : null;
  };
  if (env.SECRET !== undefined) {
    const weakness = findWeakness(env.SECRET);
    if (weakness) report('SECRET', weakness);
    const otherSecrets = [
      ...[env.DATABASE_URL, env.DATABASE_DIRECT_URL, env.DATABASE_REPLICA_URL, env.REDIS_URL, env.SMTP_URL].map(
        passwordOf,
      ),
      ...env.PREVIOUS_SECRETS,
      env.JWT_KEYS,
      // Others know these secrets too, so none of them may serve as a secret for our own keys.
      ...[env.TOKEN_HOOK_SECRET, env.IMPORT_HOOK_SECRET, env.SOCIAL_KAKAO_ADMIN_KEY],
      ...[env.SOCIAL_GOOGLE_CLIENT_SECRET, env.SOCIAL_KAKAO_CLIENT_SECRET, env.SOCIAL_NAVER_CLIENT_SECRET],
    ];
    if (otherSecrets.includes(env.SECRET)) report('SECRET', 'is used a second time in another variable');
  }
  for (const previous of env.PREVIOUS_SECRETS) {
    const weakness = findWeakness(previous);
    if (weakness) report('PREVIOUS_SECRETS', `holds one that ${weakness.split(';')[0]!}`); // without advice to replace it
  }
  if (new Set(env.PREVIOUS_SECRETS).size !== env.PREVIOUS_SECRETS.length)
    report('PREVIOUS_SECRETS', 'holds one secret twice');
}

function checkPasskeys(env: Environment, report: Report): void {
  const { PASSKEY_RP_ID, PASSKEY_ORIGINS, PUBLIC_URL, WEBAUTHN_RELATED_ORIGINS } = env;
  const isSecure = (origin: string): boolean => origin.startsWith('https:') || isLoopbackHost(new URL(origin).hostname);
  if (WEBAUTHN_RELATED_ORIGINS?.every(isSecure) === false)
    report('WEBAUTHN_RELATED_ORIGINS', 'needs https://, without which browsers have no passkeys');
  // Production reports a missing PUBLIC_URL by itself; elsewhere its default is a port of localhost.
  const publicUrl = PUBLIC_URL ?? (env.NODE_ENV === 'production' ? undefined : 'http://localhost');
  const domain = PASSKEY_RP_ID ?? (publicUrl && new URL(publicUrl).hostname);
  if (domain !== undefined && PASSKEY_ORIGINS?.some((origin) => !isOfDomain(origin, domain)))
    report(
      'PASSKEY_ORIGINS',
      'needs origins of the domain PASSKEY_RP_ID (default: that of PUBLIC_URL) or its subdomains, or Android apps',
    );
}

/** Passwords travel to the old system, so the hook needs TLS, except on this machine, and a secret to sign requests. */
function checkImportHook({ IMPORT_HOOK_URL, IMPORT_HOOK_SECRET }: Environment, report: Report): void {
  if (IMPORT_HOOK_URL === undefined) return;
  const { protocol, hostname } = new URL(IMPORT_HOOK_URL);
  if (protocol !== 'https:' && !isLoopbackHost(hostname))
    report('IMPORT_HOOK_URL', 'needs https://, because passwords travel to it');
  checkHookSecret('IMPORT_HOOK_SECRET', IMPORT_HOOK_SECRET, report);
}

/** The answers of the hook decide on claims. Only TLS protects the answers from an attacker on the network. */
function checkTokenHook({ TOKEN_HOOK_URL, TOKEN_HOOK_SECRET }: Environment, report: Report): void {
  if (TOKEN_HOOK_URL === undefined) return;
  const { protocol, hostname } = new URL(TOKEN_HOOK_URL);
  if (protocol !== 'https:' && !isLoopbackHost(hostname))
    report('TOKEN_HOOK_URL', 'needs https://, because its answers become claims');
  checkHookSecret('TOKEN_HOOK_SECRET', TOKEN_HOOK_SECRET, report);
}

function checkHookSecret(name: keyof Environment, secret: string | undefined, report: Report): void {
  if (secret === undefined) report(name, 'is missing');
  else if (!isWebhookSecret(secret)) report(name, 'needs whsec_ and 24 to 64 bytes in base64');
}

function checkProduction(env: Environment, report: Report): void {
  for (const [name, seconds] of Object.entries(MAX_PRODUCTION_SECONDS)) {
    if (env[name as keyof typeof MAX_PRODUCTION_SECONDS] > seconds)
      report(name, `needs to be at most ${seconds} in production`);
  }
  if (env.SECRET === undefined) report('SECRET', 'is missing');
  if (env.PUBLIC_URL === undefined) report('PUBLIC_URL', 'is missing');
  else if (!env.PUBLIC_URL.startsWith('https://') && !isLoopbackHost(new URL(env.PUBLIC_URL).hostname))
    report('PUBLIC_URL', 'needs https:// in production');
}

/**
 * Whether a browser lets this page use passkeys of the domain. Android apps are linked to the
 * domain by other means.
 */
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
    return password; // it holds a percent sign that was not encoded
  }
}
