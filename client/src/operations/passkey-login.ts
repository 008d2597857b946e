import type { components } from '../openapi.js';
import type { Caller } from '../caller.js';
import type { CallOptions } from '../options.js';
import type { Ceremonies } from '../passkeys/ceremonies.js';

type Schemas = components['schemas'];
type RequestOptions = Schemas['RequestOptionsResponse'];

/** Logs in with passkeys, by the browser's dialog or its autofill. */
export class PasskeyLogin {
  constructor(
    private readonly caller: Caller,
    private readonly ceremonies: Ceremonies,
  ) {}

  async logIn(options?: CallOptions): Promise<Schemas['CompletedLogin']> {
    return this.complete(await this.ceremonies.use(await this.requestOptions(options), options?.signal), options);
  }

  async logInByAutofill(options?: CallOptions): Promise<Schemas['CompletedLogin']> {
    const credential = await this.ceremonies.useByAutofill(() => this.requestOptions(options), options?.signal);
    return this.complete(credential, options);
  }

  async logInSecondFactor(
    { mfaToken }: Schemas['MfaTokenRequest'],
    options?: CallOptions,
  ): Promise<Schemas['CompletedLogin']> {
    const request = await this.caller.post<RequestOptions>(
      '/api/auth/login/mfa/passkey/options',
      { mfaToken },
      options,
    );
    const credential = await this.ceremonies.use(request, options?.signal);
    return this.caller.post('/api/auth/login/mfa/passkey', { mfaToken, credential }, options);
  }

  private requestOptions(options?: CallOptions): Promise<RequestOptions> {
    return this.caller.post<RequestOptions>('/api/auth/login/passkey/options', {}, options);
  }

  private complete(credential: object, options?: CallOptions): Promise<Schemas['CompletedLogin']> {
    return this.caller.post('/api/auth/login/passkey', { credential }, options);
  }
}
