export type RefusalCode =
  | 'token_missing'
  | 'invalid_token'
  | 'invalid_dpop_proof'
  | 'insufficient_user_authentication'
  | 'forbidden'
  | 'temporarily_unavailable';

/** The scheme of the Authorization header that a challenge names. */
export type Scheme = 'Bearer' | 'DPoP';

const DPOP_ALGORITHMS = 'algs="ES256 EdDSA"';

/** Why a request is not admitted, and the response that it gets. */
export class Refusal extends Error {
  override readonly name = 'Refusal';

  private constructor(
    readonly status: 401 | 403 | 503,
    readonly code: RefusalCode,
    /** Headers of the response; their names are in lower case. */
    readonly headers: Readonly<Record<string, string>>,
    options?: ErrorOptions,
  ) {
    super(code, options);
  }

  /** The body of the response. */
  get body(): { readonly code: RefusalCode } {
    return { code: this.code };
  }

  /** A challenge without an error, as the request had no credentials (RFC 6750 section 3.1). */
  static tokenMissing(acceptsProofs: boolean): Refusal {
    return Refusal.challenge('token_missing', acceptsProofs ? `Bearer, DPoP ${DPOP_ALGORITHMS}` : 'Bearer');
  }

  /** RFC 6750 section 3.1, RFC 9449 section 7.1. */
  static invalidToken(scheme: Scheme, cause?: unknown): Refusal {
    const more = scheme === 'DPoP' ? `, ${DPOP_ALGORITHMS}` : '';
    return Refusal.challenge('invalid_token', `${scheme} error="invalid_token"${more}`, cause);
  }

  /** RFC 9449 section 7.1. */
  static invalidProof(cause?: unknown): Refusal {
    return Refusal.challenge('invalid_dpop_proof', `DPoP error="invalid_dpop_proof", ${DPOP_ALGORITHMS}`, cause);
  }

  /**
   * Asks for a new login (RFC 9470 section 3).
   * @param maxAge in seconds; absent where a second factor is missing
   */
  static insufficientAuthentication(scheme: Scheme, maxAge?: number): Refusal {
    const code = 'insufficient_user_authentication';
    const more = maxAge === undefined ? 'error_description="A second factor is required"' : `max_age="${maxAge}"`;
    return Refusal.challenge(code, `${scheme} error="${code}", ${more}`);
  }

  /** Without a challenge: no other token of this member would be admitted. */
  static forbidden(): Refusal {
    return new Refusal(403, 'forbidden', {});
  }

  /** Keys or revocations are unknown at the moment. */
  static unavailable(cause?: unknown): Refusal {
    return new Refusal(503, 'temporarily_unavailable', { 'retry-after': '2' }, { cause });
  }

  private static challenge(code: RefusalCode, text: string, cause?: unknown): Refusal {
    return new Refusal(401, code, { 'www-authenticate': text }, { cause });
  }
}
