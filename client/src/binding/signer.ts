/** The public half of a signing key as a JWK: P-256, or Ed25519 without `y`. */
export interface PublicKeyJwk {
  readonly kty: string;
  readonly crv: string;
  readonly x: string;
  readonly y?: string;
}

/**
 * A private key that cannot leave its place, such as the Secure Enclave, StrongBox or a key service.
 * A session that was opened with it needs it for each refresh; with `binding: 'full'`, for each call.
 */
export interface Signer {
  /** Default `ES256` (P-256). `EdDSA` is Ed25519. */
  readonly algorithm?: 'ES256' | 'EdDSA';
  /** Returns the public key, and creates the key the first time. Fails where the key store fails. */
  publicKey(): Promise<PublicKeyJwk> | PublicKeyJwk;
  /**
   * Signs data. For ES256: ECDSA over the SHA-256 of the data; the signature may be raw, as WebCrypto makes it, or
   * DER, as the key stores of phones make it.
   */
  sign(data: Uint8Array): Promise<Uint8Array> | Uint8Array;
  /** Returns the SHA-256 of data. Required only for `binding: 'full'` without WebCrypto; if given, it is used in place of WebCrypto. */
  sha256?(data: Uint8Array): Promise<Uint8Array> | Uint8Array;
}

/** A key as it is used for proofs. */
export interface ProofKey extends Required<Pick<Signer, 'algorithm' | 'sign'>>, Pick<Signer, 'sha256'> {
  /** Distinguishes keys; stored with the session that the key opened. Public. */
  readonly id: string;
  readonly jwk: PublicKeyJwk;
}

/** Where the key of this device is kept. Its methods fail where the place cannot be read. */
export interface KeySource {
  /** Returns undefined if there is no key. A {@link Signer} creates its key instead. */
  find(): Promise<ProofKey | undefined>;
  findOrCreate(): Promise<ProofKey>;
}

export function signerKeys(signer: Signer): KeySource {
  const find = async (): Promise<ProofKey> => {
    const { kty, crv, x, y } = await signer.publicKey();
    return {
      id: x,
      jwk: { kty, crv, x, ...(y !== undefined && { y }) },
      algorithm: signer.algorithm ?? 'ES256',
      sign: (data) => signer.sign(data),
      ...(signer.sha256 && { sha256: (data) => signer.sha256!(data) }),
    };
  };
  return { find, findOrCreate: find };
}
