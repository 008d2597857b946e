import type { components } from '../openapi.js';
import type { Caller } from '../caller.js';
import type { CallOptions } from '../options.js';

type Schemas = components['schemas'];

export function passwordResetOperations(caller: Caller) {
  return {
    /**
     * Mails a code and a link if the address has an account. The response does not reveal whether
     * it has.
     */
    sendCode: (body: Schemas['SendResetCodeRequest'], options?: CallOptions) =>
      caller.post<Schemas['CodeSentResponse']>('/api/auth/password-reset/send-code', body, options),
    confirmCode: (body: Schemas['ConfirmCodeRequest'], options?: CallOptions) =>
      caller.post<Schemas['ResetTokenResponse']>('/api/auth/password-reset/confirm-code', body, options),
    confirmLink: (body: Schemas['ResetLinkRequest'], options?: CallOptions) =>
      caller.post<Schemas['ResetTokenByLinkResponse']>('/api/auth/password-reset/confirm-link', body, options),
    /** Shows which account a link belongs to, and whether it still works. Changes nothing. */
    inspectLink: (body: Schemas['ResetLinkRequest'], options?: CallOptions) =>
      caller.post<Schemas['InspectedResetLinkResponse']>('/api/auth/password-reset/inspect-link', body, options),
    /** Sets the new password and ends all sessions. Does not log in. */
    complete: ({ resetToken, newPassword }: { resetToken: string; newPassword: string }, options?: CallOptions) =>
      caller.request<void>('POST', '/api/auth/password-reset', {
        ...options,
        body: { newPassword },
        as: { token: resetToken },
      }),
  };
}

export function loginIdOperations(caller: Caller) {
  return {
    check: (body: Schemas['CheckLoginIdRequest'], options?: CallOptions) =>
      caller.post<Schemas['LoginIdAvailabilityResponse']>('/api/auth/login-id/check', body, options),
    sendCode: (body: Schemas['SendLoginIdCodeRequest'], options?: CallOptions) =>
      caller.post<Schemas['CodeSentResponse']>('/api/auth/login-id/send-code', body, options),
    confirmCode: (body: Schemas['ConfirmLoginIdCodeRequest'], options?: CallOptions) =>
      caller.post<Schemas['FoundLoginIdResponse']>('/api/auth/login-id/confirm-code', body, options),
  };
}

/** The link "It wasn't me" of security mails. Needs no login. */
export function notMeOperations(caller: Caller) {
  return {
    /** Returns what the mail reported. Changes nothing. */
    inspect: (body: Schemas['DisavowalRequest'], options?: CallOptions) =>
      caller.post<Schemas['DisavowalResponse']>('/api/auth/not-me/inspect', body, options),
    /**
     * Ends all sessions, removes the password, undoes a recent address change that left the mailbox, and
     * mails a password reset. The token is the `requestId` of the mailed code. After `email_taken` all but
     * the address and the mail is done.
     */
    report: (body: Schemas['DisavowalRequest'], options?: CallOptions) =>
      caller.post<void>('/api/auth/not-me', body, options),
  };
}
