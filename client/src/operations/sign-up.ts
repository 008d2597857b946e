import type { components } from '../openapi.js';
import type { Caller } from '../caller.js';
import type { CallOptions } from '../options.js';

type Schemas = components['schemas'];
type TokenResponse = Schemas['TokenResponse'];
/** Request bodies without the fields that the client adds itself. */
export type WithoutDevice<T> = Omit<T, 'deviceToken' | 'transport'>;

export function signUpOperations(caller: Caller) {
  return {
    /** Who may sign up: a form that no address can use need not be shown. */
    terms: (options?: CallOptions) =>
      caller.request<Schemas['SignUpTermsResponse']>('GET', '/api/auth/sign-up/terms', { ...options, as: 'none' }),
    /** Mails a code and a link. The response is the same if the address already has an account. */
    request: (body: Schemas['SignUpRequest'], options?: CallOptions) =>
      caller.post<Schemas['SignUpResponse']>('/api/auth/sign-up', body, options),
    /** What the page of an invitation's link shows. Changes nothing. */
    inspectInvitation: (body: Schemas['InvitationLinkRequest'], options?: CallOptions) =>
      caller.post<Schemas['InspectedInvitationResponse']>('/api/auth/invitations/inspect', body, options),
    /** Creates the account of an invited person and signs in. */
    acceptInvitation: (body: WithoutDevice<Schemas['AcceptInvitationRequest']>, options?: CallOptions) =>
      caller.post<TokenResponse>('/api/auth/invitations/accept', body, options),
    resend: (body: Schemas['ResendSignUpRequest'], options?: CallOptions) =>
      caller.post<Schemas['SignUpResponse']>('/api/auth/sign-up/resend', body, options),
    /** Fails with `already_confirmed` once the mailed link was used elsewhere. Changes nothing. */
    inspect: (body: Schemas['ResendSignUpRequest'], options?: CallOptions) =>
      caller.post<Schemas['InspectedSignUpResponse']>('/api/auth/sign-up/inspect', body, options),
    /** Creates the account and signs the member in. */
    confirmCode: (body: WithoutDevice<Schemas['ConfirmSignUpByCodeRequest']>, options?: CallOptions) =>
      caller.post<TokenResponse>('/api/auth/sign-up/confirm-code', body, options),
    confirmLink: (body: WithoutDevice<Schemas['ConfirmSignUpByLinkRequest']>, options?: CallOptions) =>
      caller.post<TokenResponse>('/api/auth/sign-up/confirm-link', body, options),
    inspectLink: (body: Schemas['SignUpLinkRequest'], options?: CallOptions) =>
      caller.post<Schemas['InspectedSignUpLinkResponse']>('/api/auth/sign-up/inspect-link', body, options),
    discard: (body: Schemas['SignUpLinkRequest'], options?: CallOptions) =>
      caller.post<void>('/api/auth/sign-up/discard', body, options),
  };
}
