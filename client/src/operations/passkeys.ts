import type { components } from '../openapi.js';
import type { Caller } from '../caller.js';
import type { CallOptions } from '../options.js';
import type { Ceremonies } from '../passkeys/ceremonies.js';
import type { PasskeySignals } from '../passkeys/signals.js';
import { findWebAuthn } from '../passkeys/webauthn.js';

type Schemas = components['schemas'];
const PASSKEYS = '/api/members/me/passkeys';
const pathOf = (id: string): string => `/api/members/me/passkeys/${encodeURIComponent(id)}`;

export function loadPasskeys(caller: Caller, options?: CallOptions): Promise<Schemas['PasskeyListResponse']> {
  return caller.call<Schemas['PasskeyListResponse']>('GET', PASSKEYS, undefined, options);
}

/** The member's passkeys. For logging in with one see `logInWithPasskey`. */
export function passkeyOperations(caller: Caller, ceremonies: Ceremonies, signals: PasskeySignals) {
  return {
    /** Whether this page can use passkeys. False in old browsers and without HTTPS. */
    isSupported: (): boolean => findWebAuthn() !== undefined,
    /** Whether the browser offers passkeys in the autofill of a form. */
    isAutofillSupported: async (): Promise<boolean> =>
      (await findWebAuthn()?.credentialClass.isConditionalMediationAvailable?.()) ?? false,
    list: async (options?: CallOptions) => {
      const passkeys = await loadPasskeys(caller, options);
      await signals.reportAccepted(passkeys);
      return passkeys.items;
    },
    /**
     * Creates a passkey and adds it to the account. If the account had no second factor before,
     * the response also contains recovery codes, which are shown only this time.
     *
     * @throws PasskeyError if the browser does not create a passkey
     */
    register: async (
      { name, ...proof }: Schemas['FactorChangeRequest'] & Pick<Schemas['RegisterPasskeyRequest'], 'name'>,
      options?: CallOptions,
    ) => {
      type Options = Schemas['CreationOptionsResponse'];
      const creation = await caller.call<Options>('POST', '/api/members/me/passkeys/options', proof, options);
      const credential = await ceremonies.create(creation, options?.signal);
      const body = { credential, ...(name !== undefined && { name }) };
      return caller.call<Schemas['RegisteredPasskeyResponse']>('POST', PASSKEYS, body, options);
    },
    /**
     * Checks the password and a passkey again, for changes that fail with `factor_proof_required`.
     *
     * @throws PasskeyError if the browser does not use a passkey
     */
    reauthenticate: async (
      { password }: Pick<Schemas['ReauthenticateRequest'], 'password'>,
      options?: CallOptions,
    ): Promise<void> => {
      type Options = Schemas['RequestOptionsResponse'];
      const request = await caller.call<Options>('POST', '/api/auth/reauthenticate/passkey/options', {}, options);
      const credential = await ceremonies.use(request, options?.signal);
      await caller.call<void>('POST', '/api/auth/reauthenticate', { password, credential }, options);
    },
    rename: (id: string, body: Schemas['RenamePasskeyRequest'], options?: CallOptions) =>
      caller.call<Schemas['PasskeyResponse']>('PATCH', pathOf(id), body, options),
    remove: async (id: string, body: Schemas['FactorChangeRequest'], options?: CallOptions): Promise<void> => {
      await caller.call<void>('DELETE', pathOf(id), body, options);
      await signals.reportRemaining();
    },
  };
}
