import type { components } from '../openapi.js';
import type { Caller } from '../caller.js';
import type { CallOptions } from '../options.js';
import type { PasskeySignals } from '../passkeys/signals.js';
import type { SessionKeeper } from '../session-keeper.js';

type Schemas = components['schemas'];

export function memberOperations(caller: Caller, keeper: SessionKeeper, signals: PasskeySignals) {
  return {
    get: (options?: CallOptions) =>
      caller.call<Schemas['ProfileResponse']>('GET', '/api/members/me', undefined, options),
    update: async (body: Schemas['UpdateProfileRequest'], options?: CallOptions) => {
      const profile = await caller.call<Schemas['ProfileResponse']>('PATCH', '/api/members/me', body, options);
      if ('name' in body) await signals.reportMember(profile);
      return profile;
    },
    changePassword: (body: Schemas['ChangePasswordRequest'], options?: CallOptions) =>
      caller.call<void>('POST', '/api/members/me/password', body, options),
    securityEvents: (query: { limit?: number; cursor?: string } = {}, options?: CallOptions) =>
      caller.call<Schemas['SecurityActivityResponse']>(
        'GET',
        `/api/members/me/security-events${buildQuery(query)}`,
        undefined,
        options,
      ),
    /** All that is held about the member. Needs a recent login, else `reauth_required`. */
    export: (options?: CallOptions) =>
      caller.call<Schemas['AccountExportResponse']>('GET', '/api/members/me/export', undefined, options),
    sendEmailCode: (body: Schemas['ChangeEmailRequest'], options?: CallOptions) =>
      caller.call<Schemas['CodeSentResponse']>('POST', '/api/members/me/email/send-code', body, options),
    confirmEmailCode: (body: Schemas['ConfirmCodeRequest'], options?: CallOptions) =>
      caller.call<void>('POST', '/api/members/me/email/confirm-code', body, options),
    /** Shows the change that a mailed link confirms. Changes nothing, and needs no login. */
    inspectEmailLink: (body: Schemas['EmailLinkRequest'], options?: CallOptions) =>
      caller.post<Schemas['InspectedEmailChangeResponse']>('/api/members/me/email/inspect-link', body, options),
    /** Confirms a new address by the mailed link. Needs no login. */
    confirmEmailLink: (body: Schemas['EmailLinkRequest'], options?: CallOptions) =>
      caller.post<void>('/api/members/me/email/confirm-link', body, options),
    /** Shows the change that a mailed link undoes. Changes nothing, and needs no login. */
    inspectUndoEmail: (body: Schemas['EmailLinkRequest'], options?: CallOptions) =>
      caller.post<Schemas['InspectedEmailUndoResponse']>('/api/members/me/email/undo/inspect', body, options),
    /**
     * Restores the old address, by the link that was mailed to it. Also ends all sessions and removes
     * the password. Needs no login.
     */
    undoEmail: (body: Schemas['EmailLinkRequest'], options?: CallOptions) =>
      caller.post<void>('/api/members/me/email/undo', body, options),
    /** Closes the account at once. A login within the grace period restores it. */
    close: async (body: Schemas['CloseAccountRequest'], options?: CallOptions) => {
      const session = await keeper.current();
      await caller.call<void>('DELETE', '/api/members/me', body, options);
      if (session) await keeper.end(session.sessionId, 'ended');
    },
  };
}

export function sessionOperations(caller: Caller) {
  return {
    list: async (options?: CallOptions) =>
      (await caller.call<Schemas['SessionListResponse']>('GET', '/api/auth/sessions', undefined, options)).items,
    end: (id: string, options?: CallOptions) =>
      caller.call<void>('DELETE', `/api/auth/sessions/${encodeURIComponent(id)}`, undefined, options),
    endOthers: (options?: CallOptions) => caller.call<void>('DELETE', '/api/auth/sessions', undefined, options),
  };
}

/** The authenticator app, and the recovery codes of all second factors. */
export function totpOperations(caller: Caller) {
  const TOTP = '/api/members/me/totp';
  return {
    status: (options?: CallOptions) => caller.call<Schemas['TwoFactorStatusResponse']>('GET', TOTP, undefined, options),
    enrol: (body: Schemas['FactorChangeRequest'], options?: CallOptions) =>
      caller.call<Schemas['TotpEnrolmentResponse']>('POST', TOTP, body, options),
    confirm: (body: Schemas['ConfirmTotpRequest'], options?: CallOptions) =>
      caller.call<Schemas['RecoveryCodesResponse']>('POST', '/api/members/me/totp/confirm', body, options),
    remove: (body: Schemas['RemoveTotpRequest'], options?: CallOptions) =>
      caller.call<void>('DELETE', TOTP, body, options),
    newRecoveryCodes: (body: Schemas['FactorChangeRequest'], options?: CallOptions) =>
      caller.call<Schemas['RecoveryCodesResponse']>('POST', '/api/members/me/recovery-codes', body, options),
  };
}

function buildQuery(values: Record<string, string | number | undefined>): string {
  const pairs = Object.entries(values).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`],
  );
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}
