import { browserKeys } from './browser-keys.js';
import { absolute } from './proofs.js';
import { signerKeys, type KeySource, type ProofKey, type Signer } from './signer.js';

/** What a session's key is needed for; see `MunjigiOptions.binding`. */
export type BindingMode = 'refresh' | 'full' | 'none';

export interface BindingOptions {
  readonly baseUrl: string;
  readonly usesCookies: boolean;
  readonly mode: BindingMode | undefined;
  readonly signer: Signer | undefined;
}

/** Decides which key a session is bound to, and finds it again. */
export class Binding {
  private readonly keys: KeySource | undefined;
  private readonly mode: BindingMode;
  /** Whether the app has left the choice to the client, which then signs in without a key if the server refuses the proof. */
  readonly isOptional: boolean;
  /** Whether the app has asked for a binding and brought the key, so that a key which fails must not be left out. */
  private readonly isStrict: boolean;
  private known: ProofKey | undefined;

  constructor({ baseUrl, usesCookies, mode, signer }: BindingOptions) {
    this.keys = signer ? signerKeys(signer) : browserKeys(nameOf(baseUrl));
    this.isOptional = mode === undefined;
    this.isStrict = mode !== undefined && signer !== undefined;
    // The built-in pages share the cookie, but reach the key only on their own origin.
    const sharesCookieOnly = usesCookies && !signer && this.keys !== undefined && !isOwnOrigin(baseUrl);
    this.mode = mode ?? (sharesCookieOnly ? 'none' : 'refresh');
  }

  /**
   * Returns the key for a new session, or undefined for a session without one.
   *
   * @throws what the signer threw, where the app has set both `signer` and `binding`
   */
  async keyForSignIn(): Promise<ProofKey | undefined> {
    if (this.mode === 'none' || !this.keys) return undefined;
    try {
      return (this.known = await this.keys.findOrCreate());
    } catch (error) {
      if (this.isStrict) throw error;
      return undefined; // a private window has no key store, for example; the user can still sign in
    }
  }

  /** The fields of a request that opens a session with a key. Without `binding`, the server assumes `refresh`. */
  get fields(): object {
    return this.mode === 'full' ? { binding: 'full' } : {};
  }

  /**
   * Returns the key with this id, or the only one there is. Undefined if it is gone.
   *
   * @throws Error if the key store cannot be read: the key may be there still
   */
  async findKey(id?: string): Promise<ProofKey | undefined> {
    if (id !== undefined && this.known?.id === id) return this.known;
    this.known = await this.keys?.find();
    return id === undefined || this.known?.id === id ? this.known : undefined;
  }
}

/** The name of the key in the browser. The built-in pages of the server use the same. */
const nameOf = (baseUrl: string): string => {
  try {
    return absolute(baseUrl).href.replace(/\/+$/, '');
  } catch {
    return baseUrl; // a relative address outside a page
  }
};

function isOwnOrigin(baseUrl: string): boolean {
  try {
    return absolute(baseUrl).origin === absolute('/').origin;
  } catch {
    return false; // outside a page
  }
}
