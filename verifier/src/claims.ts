import type { JWTPayload } from 'jose';

/** Claims of an access token (RFC 9068). */
export interface AccessTokenClaims extends JWTPayload {
  readonly iss: string;
  readonly sub: string;
  readonly sid: string;
  readonly role: string;
  readonly iat: number;
  readonly exp: number;
  readonly auth_time?: number;
  readonly amr?: readonly string[];
  readonly cnf?: { readonly jkt?: string };
  readonly attributes?: Readonly<Record<string, unknown>>;
}
