import type { components } from '../openapi.js';
import type { Caller } from '../caller.js';
import type { CallOptions } from '../options.js';
import type { Ceremonies } from '../passkeys/ceremonies.js';
import type { PasskeySignals } from '../passkeys/signals.js';

type Schemas = components['schemas'];
type RequestOptions = Schemas['RequestOptionsResponse'];

/** Logs in with passkeys, by the browser's dialog or its autofill. */
export class PasskeyLogin {
  constructor(
    private readonly caller: Caller,
    private readonly ceremonies: Ceremonies,
    private readonly signals: PasskeySignals,
  ) {}

  async logIn(options?: CallOptions): Promise<Schemas['CompletedLogin']> {
    const request = await this.requestOptions(options);
    return this.complete(await this.ceremonies.use(request, options?.signal), request, options);
  }

  async logInByAutofill(options?: CallOptions): Promise<Schemas['CompletedLogin']> {
    let request: RequestOptions | undefined;
    const credential = await this.ceremonies.useByAutofill(
      async () => (request = await this.requestOptions(options)),
      options?.signal,
    );
    return this.complete(credential, request, options);
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

  private async complete(
    credential: Record<string, unknown>,
    request: RequestOptions | undefined,
    options?: CallOptions,
  ): Promise<Schemas['CompletedLogin']> {
    try {
      return await this.caller.post('/api/auth/login/passkey', { credential }, options);
    } catch (error) {
      await this.signals.reportUnknown(error, request?.publicKey['rpId'], credential['id']);
      throw error;
    }
  }
}
