import type { SessionStore } from './session-store.js';

/** The operations that open a session, and what they take besides `binding`. */
const TAKES: Readonly<Record<string, { readonly device?: boolean; readonly deviceToken?: boolean }>> = {
  '/api/auth/login': { device: true, deviceToken: true },
  '/api/auth/login/passkey': { device: true, deviceToken: true },
  '/api/auth/sign-up/confirm-code': { device: true },
  '/api/auth/sign-up/confirm-link': { device: true },
  '/api/auth/login/mfa': {},
  '/api/auth/login/mfa/passkey': {},
};

export interface DeviceOptions {
  readonly store: SessionStore;
  readonly storageKey: string;
  readonly deviceName: string | undefined;
  readonly transport: 'body' | 'cookie' | undefined;
}

/** What the client states about its device when it signs in. */
export class Device {
  constructor(private readonly options: DeviceOptions) {}

  /**
   * Adds the fields about the device to a request that opens a session. Given fields stay.
   *
   * @param binding the fields about the key that the request proves
   */
  async describe(path: string, body: unknown, binding: object): Promise<unknown> {
    const takes = Object.hasOwn(TAKES, path) ? TAKES[path] : undefined;
    if (takes === undefined) return body;
    const { deviceName, transport, store } = this.options;
    const deviceToken = takes.deviceToken ? await store.readValue(this.tokenKey) : undefined;
    return {
      ...binding,
      ...(takes.device && deviceName !== undefined && { deviceName }),
      ...(takes.device && transport !== undefined && { transport }),
      ...(typeof deviceToken === 'string' && { deviceToken }),
      ...(body as object | undefined),
    };
  }

  /**
   * Keeps the token by which the server recognises this device, also after a logout. With cookie
   * transport the server uses a cookie instead.
   */
  remember(deviceToken: string): Promise<void> {
    return this.options.store.writeValue(this.tokenKey, deviceToken);
  }

  private get tokenKey(): string {
    return `${this.options.storageKey}:device`;
  }
}
