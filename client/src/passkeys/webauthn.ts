/*
 * The part of WebAuthn (level 3) that is used here, so that the client compiles without the types of
 * a browser.
 */

export interface BrowserCredential {
  readonly id: string;
  readonly rawId: ArrayBuffer;
  readonly type: string;
  readonly response: CredentialResponse;
  readonly toJSON?: () => unknown;
}

export interface CredentialResponse {
  readonly clientDataJSON: ArrayBuffer;
  /** Of a new passkey. */
  readonly attestationObject?: ArrayBuffer;
  readonly getTransports?: () => string[];
  /** Of a passkey in use. */
  readonly authenticatorData?: ArrayBuffer;
  readonly signature?: ArrayBuffer;
  readonly userHandle?: ArrayBuffer | null;
}

export interface CredentialRequest {
  readonly publicKey: unknown;
  readonly mediation?: 'conditional';
  readonly signal?: AbortSignal;
}

interface CredentialsContainer {
  create(request: CredentialRequest): Promise<BrowserCredential | null>;
  get(request: CredentialRequest): Promise<BrowserCredential | null>;
}

interface CredentialClass {
  parseCreationOptionsFromJSON?(json: unknown): unknown;
  parseRequestOptionsFromJSON?(json: unknown): unknown;
  isConditionalMediationAvailable?(): Promise<boolean>;
  signalAllAcceptedCredentials?(details: object): Promise<void>;
  signalCurrentUserDetails?(details: object): Promise<void>;
  signalUnknownCredential?(details: object): Promise<void>;
}

const globals = globalThis as {
  PublicKeyCredential?: CredentialClass;
  navigator?: { credentials?: CredentialsContainer };
};

/** Undefined in old browsers, on pages without HTTPS, and outside browsers. */
export function findWebAuthn(): { container: CredentialsContainer; credentialClass: CredentialClass } | undefined {
  const credentialClass = globals.PublicKeyCredential;
  const container = globals.navigator?.credentials;
  return credentialClass && container && { container, credentialClass };
}
