import type { SessionStore } from './session-store.js';

type Field = 'binding' | 'deviceName' | 'transport' | 'deviceToken';

const LOGIN: readonly Field[] = ['binding', 'deviceName', 'transport', 'deviceToken'];
const SIGN_UP: readonly Field[] = ['binding', 'deviceName', 'transport'];

/** What operations that open a session take about the device. */
const TAKES: Readonly<Record<string, readonly Field[]>> = {
  '/api/auth/login': LOGIN,
  '/api/auth/login/passkey': LOGIN,
  '/api/auth/sign-up/confirm-code': SIGN_UP,
  '/api/auth/sign-up/confirm-link': SIGN_UP,
  '/api/auth/invitations/accept': SIGN_UP,
  // The rest went with the request that began the login.
  '/api/auth/login/mfa': ['binding'],
  '/api/auth/login/mfa/passkey': ['binding'],
  '/api/auth/consents': ['binding'],
  '/api/auth/social/{provider}/start': ['binding', 'transport'],
  '/api/auth/social/{provider}/complete': ['deviceName', 'deviceToken'], // the rest went with `start`
  '/api/auth/social/{provider}/native': ['binding', 'deviceName', 'deviceToken'],
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
    const name = path.replace(/^(\/api\/auth\/social\/)[^/]+(?=\/)/, '$1{provider}');
    const takes = Object.hasOwn(TAKES, name) ? TAKES[name] : undefined;
    if (takes === undefined) return body;
    const { deviceName, transport, store } = this.options;
    // The server prefers it to its cookie, and after a change of the transport it may be an old one.
    const isTokenSent = takes.includes('deviceToken') && transport !== 'cookie';
    const deviceToken = isTokenSent ? await store.readValue(this.tokenKey) : undefined;
    return {
      ...(takes.includes('binding') && binding),
      ...(takes.includes('deviceName') && deviceName !== undefined && { deviceName }),
      ...(takes.includes('transport') && transport !== undefined && { transport }),
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
