import type { SessionStore } from './session-store.js';

/** The operations that open a session without an earlier step, and whether they take a device token. */
const TAKES_DEVICE_TOKEN: Readonly<Record<string, boolean>> = {
  '/api/auth/login': true,
  '/api/auth/login/passkey': true,
  '/api/auth/sign-up/confirm-code': false,
  '/api/auth/sign-up/confirm-link': false,
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

  /** Adds the fields about the device to a request that opens a session. Given fields stay. */
  async describe(path: string, body: unknown): Promise<unknown> {
    const takesToken = Object.hasOwn(TAKES_DEVICE_TOKEN, path) ? TAKES_DEVICE_TOKEN[path] : undefined;
    if (takesToken === undefined) return body;
    const { deviceName, transport, store } = this.options;
    const deviceToken = takesToken ? await store.readValue(this.tokenKey) : undefined;
    return {
      ...(deviceName !== undefined && { deviceName }),
      ...(transport !== undefined && { transport }),
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
