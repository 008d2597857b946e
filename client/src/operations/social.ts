import type { components } from '../openapi.js';
import type { Caller } from '../caller.js';
import { ProblemError, SocialLoginError } from '../errors.js';
import type { CallOptions } from '../options.js';
import { orAborted } from '../pause.js';
import { isProviderAnswer, withoutAnswer, type SocialJourneys } from '../social-journeys.js';
import type { WithoutDevice } from './sign-up.js';

type Schemas = components['schemas'];
type LoginOutcome = Schemas['SocialLoginOutcome'];
type SocialSignUpOutcome = Schemas['SocialSignUpOutcome'];
/**
 * `redirectUri`: where the provider sends the person back to, one of SOCIAL_REDIRECT_URIS; default
 * the first. `reauthenticate`: true for a journey that ends with the operation `reauthenticate`.
 */
type JourneyOptions = Pick<Schemas['StartSocialLoginRequest'], 'redirectUri' | 'reauthenticate'>;

const IDENTITIES = '/api/members/me/identities';
const pathOf = (provider: string, step: string): string => `/api/auth/social/${encodeURIComponent(provider)}/${step}`;

/** The part of a browser's page that is used here. Apps without one pass addresses themselves. */
interface Page {
  readonly location: { readonly href: string; assign(address: string): void };
  readonly history: { readonly state: unknown; replaceState(state: unknown, title: string, address: string): void };
}

/**
 * Login with an account at a provider, and the accounts that a member has linked. A journey leaves
 * the page: `redirect` goes to the provider, and the page of the redirect URI calls `complete`,
 * `link` or `reauthenticate`.
 */
export function socialOperations(
  caller: Caller,
  journeys: SocialJourneys,
  currentSession: () => Promise<{ readonly sessionId: string } | undefined>,
) {
  async function start(provider: string, body: JourneyOptions = {}, options?: CallOptions) {
    type Started = Schemas['StartedSocialLoginResponse'];
    const started = await caller.beginSignIn<Started>(pathOf(provider, 'start'), body, options);
    const state = new URL(started.authorizationUrl).searchParams.get('state') ?? '';
    const { sessionId } = (await orAborted(currentSession(), options?.signal)) ?? {};
    journeys.begin({
      ...{ provider, requestId: started.requestId, state },
      ...(sessionId !== undefined && { sessionId }),
      ...(body.reauthenticate && { reauthenticates: true }),
    });
    return started;
  }

  const page = globalThis as unknown as Page;

  /** Removes an answer that it refuses from the address, so that a reload does not repeat the error. */
  function read(address: string | undefined) {
    try {
      return journeys.read(address ?? page.location.href);
    } catch (error) {
      removeAnswer(address);
      throw error;
    }
  }

  /** Ends the journey, whose answer works once. */
  function end(address: string | undefined): void {
    journeys.forget();
    removeAnswer(address);
  }

  /** As `read`, for a journey that began in the current session of this tab. */
  async function readOwn(address: string | undefined) {
    const { provider, sessionId, answer } = read(address);
    // Otherwise the next member who logs in to this tab would use the account of the one before.
    if (sessionId !== (await currentSession())?.sessionId) {
      end(address);
      throw new SocialLoginError('unknown_journey');
    }
    return { provider, ...answer };
  }

  /** Changes the address of the page. An address that the app passed is left as it is. */
  function removeAnswer(address: string | undefined): void {
    if (address === undefined) page.history.replaceState(page.history.state, '', withoutAnswer(page.location.href));
  }

  return {
    /** The providers that the server has, in the order of their buttons. */
    providers: async (options?: CallOptions) =>
      (
        await caller.request<Schemas['SocialProviderListResponse']>('GET', '/api/auth/social/providers', {
          ...options,
          as: 'none',
        })
      ).items,
    /** Begins a journey. For apps that open `authorizationUrl` themselves. */
    start,
    /** Begins a journey and leaves the page for the provider. */
    redirect: async (provider: string, body?: JourneyOptions, options?: CallOptions): Promise<void> => {
      const { authorizationUrl } = await start(provider, body, options);
      page.location.assign(authorizationUrl);
    },
    /** Whether a provider has sent the person to this address; default that of the page. */
    isAnswer: (address: string = page.location.href): boolean => isProviderAnswer(address),
    /**
     * Logs in with the answer in the address; default that of the page. The `status` of the outcome
     * is `authenticated`, or names the next step.
     *
     * @throws SocialLoginError if there is no answer to a journey of this tab
     */
    complete: async (address?: string, options?: CallOptions): Promise<LoginOutcome> => {
      const { provider, answer } = read(address);
      end(address);
      return caller.post<LoginOutcome>(pathOf(provider, 'complete'), answer, options);
    },
    /** Logs in with an ID token of the provider's SDK, in apps on phones. */
    native: (
      provider: string,
      body: WithoutDevice<Schemas['NativeSocialLoginRequest']>,
      options?: CallOptions,
    ): Promise<LoginOutcome> => caller.post<LoginOutcome>(pathOf(provider, 'native'), body, options),
    /**
     * Signs up with the `signUpId` of the outcome `sign_up_required`. After `confirmation_required`, confirm with
     * `signUp.confirmCode` and the `signUpId` of this outcome.
     */
    signUp: (body: Schemas['SocialSignUpRequest'], options?: CallOptions): Promise<SocialSignUpOutcome> =>
      caller.post<SocialSignUpOutcome>('/api/auth/social/sign-up', body, options),
    /** Whether the address, default that of the page, has an answer for `reauthenticate`. */
    isReauthentication: (address: string = page.location.href): boolean => journeys.reauthenticates(address),
    /**
     * Confirms the session with the answer in the address; default that of the page. The journey began
     * with `redirect(provider, { reauthenticate: true })`, for an account that the member has linked.
     *
     * @throws SocialLoginError if there is no answer to a journey that began in this session and tab
     */
    reauthenticate: async (address?: string, options?: CallOptions): Promise<void> => {
      const answer = await readOwn(address);
      end(address);
      await caller.call<void>('POST', '/api/auth/reauthenticate/social', answer, options);
    },
    /** The accounts that the member has linked. */
    list: async (options?: CallOptions) =>
      (await caller.call<Schemas['IdentityListResponse']>('GET', IDENTITIES, undefined, options)).items,
    /**
     * Links the account of the answer in the address; default that of the page. Needs a recent login:
     * after `reauth_required` the answer can be sent again. A member whom only a provider can confirm
     * calls `reauthenticate` before the journey begins.
     *
     * @throws SocialLoginError if there is no answer to a journey that began in this session and tab
     */
    link: async (address?: string, options?: CallOptions) => {
      const answer = await readOwn(address);
      type Linked = Schemas['IdentityResponse'];
      try {
        const linked = await caller.call<Linked>('POST', IDENTITIES, answer, options);
        end(address);
        return linked;
      } catch (error) {
        // The server has not looked at the answer yet: `link` works after a reauthentication.
        if (!(error instanceof ProblemError && error.code === 'reauth_required')) end(address);
        throw error;
      }
    },
    /** Needs a recent login. */
    unlink: (id: string, options?: CallOptions): Promise<void> =>
      caller.call<void>('DELETE', `/api/members/me/identities/${encodeURIComponent(id)}`, undefined, options),
  };
}
