/*
 * Every refusal a client can receive: its stable code and its status. Codes are public API: add new ones, never rename one.
 * Titles and details in both languages stand in i18n/messages.*.ts; docs/errors.md repeats this list and a test keeps them equal.
 */
export const ERRORS = {
  malformed_json: 400,
  bad_request: 400,
  query_not_allowed: 400,
  code_invalid: 400,
  passkey_invalid: 400,
  link_invalid: 400,
  link_expired: 400,
  sign_up_invalid: 400,
  token_expired: 401,
  token_invalid: 401,
  session_ended: 401,
  token_reused: 401,
  invalid_credentials: 401,
  forbidden: 403,
  reauth_required: 403,
  origin_not_allowed: 403,
  not_found: 404,
  method_not_allowed: 405,
  request_timeout: 408,
  already_confirmed: 409,
  login_id_taken: 409,
  email_taken: 409,
  totp_already_enabled: 409,
  totp_not_enabled: 409,
  passkey_limit_reached: 409,
  payload_too_large: 413,
  unsupported_media_type: 415,
  validation_failed: 422,
  password_too_common: 422,
  too_many_requests: 429,
  too_many_attempts: 429,
  headers_too_large: 431,
  internal_error: 500,
  service_unavailable: 503,
  overloaded: 503,
} as const satisfies Record<string, number>;

export type ErrorCode = keyof typeof ERRORS;
