import { isLoopbackHost } from '../src/platform/addresses/ip-address.js';
import { freePort } from './free-port.js';

/** The address of the SPA in examples/spa. Stand-ins may send people back there as well as to the server. */
const EXAMPLE_APP = 'http://localhost:5173/';
const FIRST_PORT = 4000;

/** Providers that run on this machine, and the settings of a server that uses them. */
export interface SocialStandIns {
  readonly variables: Record<string, string>;
  stop(): Promise<void>;
}

/**
 * Whether social login is tried with stand-ins: never beside real providers, and never where other
 * machines may reach the server, because a stand-in lets anyone log in as anyone (SO-72).
 */
export function wantsStandIns({ NODE_ENV, HOST, ...variables }: NodeJS.ProcessEnv, publicUrl: string): boolean {
  const isOwnMachine = isLoopbackHost(new URL(publicUrl).hostname) && (!HOST || isLoopbackHost(HOST));
  const hasProviders = Object.entries(variables).some(([name, value]) => name.startsWith('SOCIAL_') && value);
  return (NODE_ENV || 'development') === 'development' && isOwnMachine && !hasProviders;
}

/**
 * Starts stand-ins for Google, Kakao, Naver and Apple, so that social login can be tried without
 * registering anywhere. They listen on this machine alone.
 */
export async function startSocialStandIns(publicUrl: string): Promise<SocialStandIns> {
  // Loaded only when needed, because these modules use packages that only development installs.
  const { CLIENT, OpenIdPartner, PECULIARITIES } = await import('../test/support/social/openid-partner.js');
  const { NaverPartner } = await import('../test/support/social/naver-partner.js');
  const { writeAppleSettings } = await import('../test/support/social/apple-settings.js');
  const redirectUris = [`${publicUrl}/pages/social-login`, EXAMPLE_APP];
  const google = await OpenIdPartner.start(redirectUris, PECULIARITIES.google, await freePort(FIRST_PORT));
  const kakao = await OpenIdPartner.start(redirectUris, PECULIARITIES.kakao, await freePort(FIRST_PORT));
  const callback = `${publicUrl}/api/auth/social/apple/callback`;
  const apple = await OpenIdPartner.start(callback, PECULIARITIES.apple, await freePort(FIRST_PORT));
  const appleSettings = await writeAppleSettings(apple);
  const naver = await new NaverPartner(redirectUris).start(await freePort(FIRST_PORT));
  const settingsOf = (name: string, { issuer }: { readonly issuer: string }): Record<string, string> => ({
    [`SOCIAL_${name}_CLIENT_ID`]: CLIENT.id,
    [`SOCIAL_${name}_CLIENT_SECRET`]: CLIENT.secret,
    [`SOCIAL_${name}_ISSUER`]: issuer,
  });
  return {
    variables: {
      SOCIAL_REDIRECT_URIS: redirectUris.join(','),
      ...settingsOf('GOOGLE', google),
      ...settingsOf('KAKAO', kakao),
      ...settingsOf('NAVER', naver),
      SOCIAL_NAVER_PROFILE_URL: `${naver.issuer}/v1/nid/me`,
      ...appleSettings.variables,
    },
    stop: async () => {
      await Promise.all([google.stop(), kakao.stop(), naver.stop(), apple.stop(), appleSettings.remove()]);
    },
  };
}
