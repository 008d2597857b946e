import type { components } from '../openapi.js';
import type { Caller } from '../caller.js';
import type { CallOptions } from '../options.js';

type Schemas = components['schemas'];
type Choices = readonly Schemas['ConsentChoice'][];

const OWN = '/api/members/me/consents';

/** Terms and other documents that members agree to, where the server declares some. */
export function consentOperations(caller: Caller) {
  return {
    /** Lists the documents in force, for a sign-up form. The list is empty if the server declares none. */
    documents: async (options?: CallOptions) =>
      (
        await caller.request<Schemas['ConsentDocumentListResponse']>('GET', '/api/auth/consents', {
          ...options,
          as: 'none',
        })
      ).items,
    /** Completes a login after `terms_required`. */
    accept: (body: Schemas['AcceptTermsRequest'], options?: CallOptions) =>
      caller.post<Schemas['CompletedLogin']>('/api/auth/consents', body, options),
    /** Lists the documents in force and those to come. `given` shows whether the member agrees to each. */
    list: async (options?: CallOptions) =>
      (await caller.call<Schemas['OwnConsentListResponse']>('GET', OWN, undefined, options)).items,
    give: (consents: Choices, options?: CallOptions): Promise<void> =>
      caller.call<void>('POST', OWN, { consents }, options),
    /** Withdraws a consent that is not required. */
    withdraw: (id: string, options?: CallOptions): Promise<void> =>
      caller.call<void>('DELETE', `/api/members/me/consents/${encodeURIComponent(id)}`, undefined, options),
  };
}
