import { createHash, randomUUID } from 'node:crypto';
import http from 'node:http';
import { jwtVerify, SignJWT, type JWTPayload } from 'jose';
// @ts-expect-error: the package has no types for it
import MemoryAdapter from 'oidc-provider/lib/adapters/memory_adapter.js';
import Provider, {
  interactionPolicy,
  type AdapterConstructor,
  type Configuration,
  type JWK,
  type KoaContextWithOIDC,
} from 'oidc-provider';
import { makeKeyPair } from '../key-pair.js';
import { closeServer, listenLocally, portOf } from '../local-server.js';
import { accountPicker, chosenAccount } from './account-picker.js';

/** What a stand-in does that differs from provider to provider. */
export interface Peculiarities {
  /** The name that people see. */
  readonly name: string;
  /** Claims of every account besides `sub`. */
  readonly claims: (subject: string) => Record<string, unknown>;
  /** Whether the client signs its secrets, as Apple demands. Others send {@link CLIENT}.secret. */
  readonly signedSecret?: boolean;
  /** The field `user`, which only the first answer for an account holds. Apple sends the name in it. */
  readonly firstUser?: string;
}

/** The key of the team, which signs the secrets of its clients. */
export const APPLE_KEY = {
  teamId: 'TEAM123456',
  keyId: 'KEY1234567',
  ...makeKeyPair(),
};

/** Signs the tokens of all stand-ins. A token of another issuer is therefore not refused because of its key. */
const SIGNING_KEY = makeKeyPair('rsa').privateKey;

export const CLIENT = { id: 'munjigi', secret: 'secret-of-the-client-at-the-provider' };

/** Kakao gives no e-mail address without a review of the app. Apple sends relay addresses, and booleans as strings. */
export const PECULIARITIES = {
  google: {
    name: 'Google',
    claims: (sub: string) => ({ sub, email: `${sub}@gmail.com`, email_verified: true, name: 'Ada Lovelace' }),
  },
  kakao: { name: 'Kakao', claims: (sub: string) => ({ sub }) },
  apple: {
    name: 'Apple',
    claims: (sub: string) => ({ sub, email: `${sub}@privaterelay.appleid.com`, email_verified: 'true' }),
    signedSecret: true,
    firstUser: JSON.stringify({ name: { firstName: 'Ada', lastName: 'Lovelace' } }),
  },
} as const satisfies Record<string, Peculiarities>;

/**
 * A real OpenID provider that stands in for one of the big ones. `logIn` plays the person at its
 * pages; in a browser, a person picks an account.
 */
export class OpenIdPartner {
  /** The accounts whose permissions were taken back. */
  readonly revoked: (string | undefined)[] = [];
  isDown = false;

  private constructor(
    private readonly server: http.Server,
    readonly issuer: string,
  ) {}

  /** Listens on this machine alone, because the stand-in lets anyone log in as anyone. */
  static async start(
    redirectUris: string | string[],
    { signedSecret, firstUser, ...peculiarities }: Peculiarities,
    port = 0,
  ): Promise<OpenIdPartner> {
    const server = http.createServer();
    await listenLocally(server, port);
    const issuer = `http://127.0.0.1:${portOf(server)}`;
    const provider = new Provider(issuer, configurationOf([redirectUris].flat(), peculiarities));
    const answer = provider.callback();
    const partner = new OpenIdPartner(server, issuer);
    provider.on('grant.revoked', ({ oidc }) => partner.revoked.push(oidc.entities.RefreshToken?.accountId));
    if (signedSecret) demandSignedSecrets(provider, issuer);
    if (firstUser !== undefined) addUserOnce(provider, firstUser);
    server.on('request', (request, response) => {
      if (partner.isDown) response.writeHead(503).end();
      else if (request.url?.startsWith('/interaction/'))
        void showLogin(provider, peculiarities.name, request, response);
      else void answer(request, response);
    });
    return partner;
  }

  /** @returns what the provider sends to the redirect URI after this account has logged in */
  async logIn(authorizationUrl: string, subject: string): Promise<URLSearchParams> {
    const cookies = new Map<string, string>();
    let url = new URL(authorizationUrl);
    url.searchParams.set('login_hint', subject);
    for (let hop = 0; hop < 6; hop += 1) {
      const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
      const response = await fetch(url, { redirect: 'manual', headers: { cookie } });
      for (const line of response.headers.getSetCookie()) {
        const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)!;
        cookies.set(name!, value!);
      }
      const location = response.headers.get('location');
      if (response.status === 200) return formOf(await response.text());
      if (location === null) throw new Error(`${response.status}: ${await response.text()}`);
      url = new URL(location, url);
      if (url.origin !== this.issuer) return url.searchParams;
    }
    throw new Error('the provider did not redirect back');
  }

  /** The ID token that the SDK of the provider gives to an app. */
  async nativeIdToken(redirectUri: string, subject: string, nonce: string): Promise<string> {
    const codeVerifier = 'v'.repeat(43);
    const url = new URL(`${this.issuer}/auth`);
    url.search = new URLSearchParams({
      ...{ response_type: 'code', client_id: CLIENT.id, redirect_uri: redirectUri, scope: 'openid', nonce },
      ...{
        code_challenge: createHash('sha256').update(codeVerifier).digest('base64url'),
        code_challenge_method: 'S256',
      },
    }).toString();
    const code = (await this.logIn(url.href, subject)).get('code')!;
    const answer = await fetch(`${this.issuer}/token`, {
      method: 'POST',
      body: new URLSearchParams({
        ...{ grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: codeVerifier },
        ...{ client_id: CLIENT.id, client_secret: CLIENT.secret },
      }),
    });
    return ((await answer.json()) as { id_token: string }).id_token;
  }

  /** The code that the SDK of Apple gives to an app, besides an ID token. */
  async nativeCode(redirectUri: string, subject: string): Promise<string> {
    const url = new URL(`${this.issuer}/auth`);
    url.search = new URLSearchParams({
      ...{ response_type: 'code', client_id: CLIENT.id, redirect_uri: redirectUri, scope: 'openid' },
    }).toString();
    return (await this.logIn(url.href, subject)).get('code')!;
  }

  /** A security event token: issued now for this client, unless `changes` differ. */
  async notice(events: unknown, changes: JWTPayload = {}): Promise<string> {
    const claims = { iss: this.issuer, aud: CLIENT.id, iat: Math.floor(Date.now() / 1000), jti: randomUUID(), events };
    return new SignJWT({ ...claims, ...changes }).setProtectedHeader({ alg: 'RS256', kid: 'one' }).sign(SIGNING_KEY);
  }

  async stop(): Promise<void> {
    await closeServer(this.server);
  }
}

function configurationOf(redirectUris: string[], { name, claims }: Peculiarities): Configuration {
  return {
    clients: [
      {
        client_id: CLIENT.id,
        client_secret: CLIENT.secret,
        redirect_uris: redirectUris,
        token_endpoint_auth_method: 'client_secret_post',
        grant_types: ['authorization_code', 'refresh_token'],
      },
    ],
    jwks: { keys: [{ ...(SIGNING_KEY.export({ format: 'jwk' }) as JWK), alg: 'RS256', use: 'sig', kid: 'one' }] },
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    // As the big providers do: the ID token itself holds the claims.
    conformIdTokenClaims: false,
    // The default adapter, lifetimes and development pages print warnings.
    adapter: class extends (MemoryAdapter as AdapterConstructor) {},
    ttl: {
      AccessToken: 3600,
      AuthorizationCode: 60,
      Grant: 3600,
      IdToken: 3600,
      Interaction: 3600,
      RefreshToken: 3600,
      Session: 3600,
    },
    features: { devInteractions: { enabled: false }, revocation: { enabled: true } },
    issueRefreshToken: () => true,
    // A request without a state stands for one of an SDK, which needs no challenge.
    pkce: { required: ({ oidc }) => oidc.params?.state !== undefined, methods: ['S256'] },
    cookies: { keys: ['key of the stand-in'], names: cookieNamesOf(name) },
    interactions: { url: (_, { uid }) => `/interaction/${uid}`, policy: policyOf() },
    findAccount: (_, accountId) => ({ accountId, claims: () => ({ sub: accountId, ...claims(accountId) }) }),
    loadExistingGrant: async ({ oidc }) => {
      const grant = new oidc.provider.Grant({ clientId: oidc.client!.clientId, accountId: oidc.session!.accountId! });
      grant.addOIDCScope('openid email profile');
      await grant.save();
      return grant;
    },
  };
}

/** Cookies ignore ports: each stand-in needs names of its own, or a login at one ends the session at another. */
function cookieNamesOf(name: string): Record<'session' | 'interaction' | 'resume', string> {
  return { session: `${name}_session`, interaction: `${name}_interaction`, resume: `${name}_resume` };
}

/** A person picks an account each time, to try several. */
function policyOf(): interactionPolicy.DefaultPolicy {
  const policy = interactionPolicy.base();
  const { Check, Prompt } = interactionPolicy;
  policy.add(new Prompt({ name: 'select_account', requestable: true }));
  const isPicked = new Check('account', 'Pick an account', ({ oidc }) =>
    oidc.params?.login_hint !== undefined || oidc.result?.login ? Check.NO_NEED_TO_PROMPT : Check.REQUEST_PROMPT,
  );
  policy.get('login')!.checks.add(isPicked);
  return policy;
}

/** Adds a field to the first answer for each account. */
function addUserOnce(provider: Provider, user: string): void {
  const known = new Set<string | undefined>();
  // The types declare only the first of the two parameters.
  const listener = ({ oidc }: KoaContextWithOIDC, answer?: object): void => {
    const accountId = oidc.session?.accountId;
    if (answer && !known.has(accountId)) Object.assign(answer, { user });
    known.add(accountId);
  };
  provider.on('authorization.success', listener);
}

/** What a browser would post (OAuth 2.0 Form Post Response Mode). */
function formOf(page: string): URLSearchParams {
  const fields = [...page.matchAll(/name="(\w+)" value="([^"]*)"/g)];
  return new URLSearchParams(fields.map(([, name, value]): [string, string] => [name!, plainText(value!)]));
}

function plainText(html: string): string {
  return html.replaceAll('&#x2F;', '/').replaceAll('&quot;', '"');
}

/** Accepts client secrets that the key of the team has signed. */
function demandSignedSecrets({ Client }: Provider, audience: string): void {
  Client.prototype.compareClientSecret = async (secret: string) => {
    if (secret === CLIENT.secret) return true; // `nativeIdToken` sends it, in place of an SDK
    const expected = { issuer: APPLE_KEY.teamId, subject: CLIENT.id, audience, algorithms: ['ES256'] };
    return jwtVerify(secret, APPLE_KEY.publicKey, expected).then(
      ({ protectedHeader }) => protectedHeader.kid === APPLE_KEY.keyId,
      () => false,
    );
  };
}

async function showLogin(
  provider: Provider,
  name: string,
  request: http.IncomingMessage,
  response: http.ServerResponse,
): Promise<void> {
  const { params } = await provider.interactionDetails(request, response);
  const hint = params.login_hint as string | undefined;
  const account = request.method === 'POST' ? await chosenAccount(request) : hint;
  if (account === undefined) {
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end(accountPicker(name));
  } else if (account === '') {
    await provider.interactionFinished(request, response, { error: 'access_denied' });
  } else
    await provider.interactionFinished(request, response, {
      login: { accountId: account },
      select_account: {},
    });
}
