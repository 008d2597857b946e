import { createPrivateKey, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isLoopbackHost } from '../addresses/ip-address.js';
import type { Environment } from './environment.js';

/** The key with which a client of Apple signs its secrets. */
export interface ClientKey {
  readonly teamId: string;
  readonly keyId: string;
  /** On the curve P-256. */
  readonly privateKey: KeyObject;
}

/** A provider whose members may log in here. */
export interface SocialProviderSettings {
  /** Its name in paths: `google`. */
  readonly id: string;
  /** Its name for people. */
  readonly name: string;
  readonly protocol: 'openid' | 'naver';
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Signs short-lived secrets where the provider accepts no lasting one. */
  readonly clientKey?: ClientKey;
  readonly scope: string;
  /** Parameters of authorization requests that only this provider knows. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** Whether the provider makes the browser post its answer to this server, instead of sending it to the client. */
  readonly postsAnswer?: boolean;
  /** Whose ID tokens apps may bring; none where empty. */
  readonly nativeAudiences: readonly string[];
  /** Where its word for a mailbox counts; `*` is everywhere. */
  readonly mailDomains: readonly string[];
}

type Variables = Readonly<Record<string, string | undefined>>;
type Report = (name: string, rule: string) => void;

const APPLE = {
  id: 'apple',
  name: 'Apple',
  protocol: 'openid',
  scope: 'openid name email',
  // Apple demands it as soon as the scope asks for a name or an address.
  postsAnswer: true,
  parameters: { response_mode: 'form_post' },
} as const;

const KNOWN = [
  {
    id: 'google',
    name: 'Google',
    protocol: 'openid',
    scope: 'openid email profile',
    // For a refresh token, with which unlinking takes the permission back.
    parameters: { access_type: 'offline' },
  },
  // Kakao refuses a scope that the console has not switched on, so only what every app has.
  { id: 'kakao', name: 'Kakao', protocol: 'openid', scope: 'openid' },
  { id: 'naver', name: 'Naver', protocol: 'naver', scope: '' },
] as const;

/**
 * Reads the configured providers, in the order in which pages show them.
 * @param variables those of generic providers have names that no table can list
 */
export function readSocialProviders(env: Environment, variables: Variables, report: Report): SocialProviderSettings[] {
  const known = KNOWN.flatMap((provider) => {
    const prefix = `SOCIAL_${provider.id.toUpperCase()}` as Uppercase<`social_${(typeof KNOWN)[number]['id']}`>;
    const clientId = env[`${prefix}_CLIENT_ID`];
    if (clientId === undefined) return [];
    const clientSecret = env[`${prefix}_CLIENT_SECRET`];
    const issuer = env[`${prefix}_ISSUER`];
    if (clientSecret === undefined) report(`${prefix}_CLIENT_SECRET`, `is missing, as ${prefix}_CLIENT_ID is set`);
    checkProviderUrl(env, `${prefix}_ISSUER`, issuer, report);
    // The admin key and the tokens of members travel to these.
    if (provider.id === 'kakao') checkProviderUrl(env, 'SOCIAL_KAKAO_API_URL', env.SOCIAL_KAKAO_API_URL, report);
    if (provider.id === 'naver')
      checkProviderUrl(env, 'SOCIAL_NAVER_PROFILE_URL', env.SOCIAL_NAVER_PROFILE_URL, report);
    const nativeAudiences = prefix === 'SOCIAL_NAVER' ? [] : env[`${prefix}_NATIVE_AUDIENCES`];
    const mailDomains = mailDomainsOf(env, provider.id);
    return [{ ...provider, issuer, clientId, clientSecret: clientSecret ?? '', nativeAudiences, mailDomains }];
  });
  const generic = env.SOCIAL_OIDC_PROVIDERS.flatMap((entry) => {
    const [, id, issuer] = /^([a-z][a-z0-9]{1,30})=(\S+)$/.exec(entry) ?? [];
    if (
      id === undefined ||
      issuer === undefined ||
      !URL.canParse(issuer) ||
      [...KNOWN, APPLE].some((other) => other.id === id)
    ) {
      report('SOCIAL_OIDC_PROVIDERS', 'needs name=issuer, with names of their own in lower case');
      return [];
    }
    checkProviderUrl(env, 'SOCIAL_OIDC_PROVIDERS', issuer, report);
    const prefix = `SOCIAL_OIDC_${id.toUpperCase()}`;
    const [clientId, clientSecret] = [variables[`${prefix}_CLIENT_ID`], variables[`${prefix}_CLIENT_SECRET`]];
    if (!clientId) report(`${prefix}_CLIENT_ID`, 'is missing');
    if (!clientSecret) report(`${prefix}_CLIENT_SECRET`, 'is missing');
    // The provider knows it too, see `checkSecrets`.
    else if (clientSecret === env.SECRET) report('SECRET', 'is used a second time in another variable');
    const name = id[0]!.toUpperCase() + id.slice(1);
    const secrets = { clientId: clientId ?? '', clientSecret: clientSecret ?? '' };
    const mailDomains = mailDomainsOf(env, id);
    const openid = { protocol: 'openid', scope: 'openid email profile', nativeAudiences: [] } as const;
    return [{ id, name, ...openid, issuer, ...secrets, mailDomains }];
  });
  if (new Set(generic.map(({ id }) => id)).size !== generic.length)
    report('SOCIAL_OIDC_PROVIDERS', 'names a provider twice');
  // Accounts there may have addresses of any domain, and keep an address after it has a new owner.
  if ([...KNOWN, APPLE].some(({ id }) => mailDomainsOf(env, id).includes('*')))
    report('SOCIAL_TRUSTED_MAILBOXES', 'may name * for providers of SOCIAL_OIDC_PROVIDERS alone');
  return [...known, ...readApple(env, report), ...generic];
}

function readApple(env: Environment, report: Report): SocialProviderSettings[] {
  const { SOCIAL_APPLE_CLIENT_ID: clientId, SOCIAL_APPLE_ISSUER: issuer } = env;
  if (clientId === undefined) return [];
  for (const name of ['SOCIAL_APPLE_TEAM_ID', 'SOCIAL_APPLE_KEY_ID', 'SOCIAL_APPLE_KEY_FILE'] as const)
    if (env[name] === undefined) report(name, 'is missing, as SOCIAL_APPLE_CLIENT_ID is set');
  checkProviderUrl(env, 'SOCIAL_APPLE_ISSUER', issuer, report);
  const { SOCIAL_APPLE_TEAM_ID: teamId, SOCIAL_APPLE_KEY_ID: keyId, SOCIAL_APPLE_KEY_FILE: file } = env;
  const privateKey = file === undefined ? null : readKey(file);
  if (file !== undefined && privateKey === null)
    report('SOCIAL_APPLE_KEY_FILE', 'needs a readable file with a private key on P-256 in PEM format');
  if (teamId === undefined || keyId === undefined || privateKey === null) return [];
  const nativeAudiences = env.SOCIAL_APPLE_NATIVE_AUDIENCES;
  const clientKey = { teamId, keyId, privateKey };
  const mailDomains = mailDomainsOf(env, APPLE.id);
  return [{ ...APPLE, issuer, clientId, clientSecret: '', clientKey, nativeAudiences, mailDomains }];
}

function readKey(file: string): KeyObject | null {
  try {
    const key = createPrivateKey(readFileSync(file));
    return key.asymmetricKeyDetails?.namedCurve === 'prime256v1' ? key : null;
  } catch {
    return null;
  }
}

function mailDomainsOf({ SOCIAL_TRUSTED_MAILBOXES }: Environment, id: string): string[] {
  return SOCIAL_TRUSTED_MAILBOXES.flatMap((entry) => {
    const [provider, domain] = entry.split('=');
    return provider === id ? [domain!] : [];
  });
}

/** Without TLS, an attacker on the way could answer as the provider. */
function checkProviderUrl({ NODE_ENV }: Environment, setting: string, url: string, report: Report): void {
  if (!URL.canParse(url)) return; // its value was refused, which is already reported
  const { protocol, hostname } = new URL(url);
  const isLocal = NODE_ENV !== 'production' && isLoopbackHost(hostname);
  if (protocol !== 'https:' && !(protocol === 'http:' && isLocal)) report(setting, 'needs https://');
}
