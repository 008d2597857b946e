import type { ErrorCode } from '../http/problems/error-catalogue.js';

type Params = Readonly<Record<string, string | number>>;

/** English. This file decides which keys exist; the other languages are checked against it by the compiler. */
export const problems: Record<ErrorCode, { title: string; detail: string }> = {
  malformed_json: { title: 'Malformed JSON', detail: 'The body could not be read as JSON, or names a field twice.' },
  bad_request: { title: 'Bad request', detail: 'The request could not be understood.' },
  query_not_allowed: {
    title: 'Query not allowed',
    detail: 'This operation takes its input in the body or the headers only.',
  },
  code_invalid: { title: 'Code not accepted', detail: 'The code is wrong, used, expired or replaced by a newer one.' },
  passkey_invalid: {
    title: 'Passkey not accepted',
    detail: 'The passkey is unknown, does not fit, or took too long. Please try again.',
  },
  link_invalid: {
    title: 'Link not accepted',
    detail: 'The link is incomplete, already used or replaced by a newer one.',
  },
  link_expired: { title: 'Link expired', detail: 'The link is too old. Please ask for a new one.' },
  sign_up_invalid: {
    title: 'Sign-up not found',
    detail: 'This sign-up does not exist or has lapsed. Please start again.',
  },
  token_expired: { title: 'Token expired', detail: 'The token has expired.' },
  token_invalid: {
    title: 'Token not accepted',
    detail: 'The token is missing, altered, used up or not meant for this.',
  },
  session_ended: { title: 'Session ended', detail: 'This session has ended. Please log in again.' },
  token_reused: {
    title: 'Token used twice',
    detail: 'This refresh token was used before. To be safe, the session has been ended.',
  },
  invalid_credentials: { title: 'Login refused', detail: 'The login ID, the address or the password is not right.' },
  forbidden: { title: 'Not allowed', detail: 'You may not do this.' },
  reauth_required: {
    title: 'Please confirm who you are',
    detail: 'This needs a login or a password check of the last few minutes. Confirm your password and try again.',
  },
  two_factor_required: {
    title: 'Second factor needed',
    detail: 'Administrators need two-step login. Set it up for your account and try again.',
  },
  origin_not_allowed: {
    title: 'Origin not allowed',
    detail: 'Cookies are accepted only from the web pages this service knows.',
  },
  not_found: { title: 'Not found', detail: 'There is nothing here.' },
  method_not_allowed: { title: 'Method not allowed', detail: 'This address does not answer that method.' },
  request_timeout: { title: 'Request too slow', detail: 'The request did not arrive in time.' },
  already_confirmed: { title: 'Already confirmed', detail: 'This sign-up has been confirmed before. You can log in.' },
  login_id_taken: { title: 'Login ID taken', detail: 'Somebody has this login ID. Confirm again with another one.' },
  email_taken: {
    title: 'Address has an account',
    detail: 'This address has an account by now. You can log in or reset its password.',
  },
  totp_already_enabled: {
    title: 'Already switched on',
    detail: 'An authenticator app is set up already. Remove it first to set up another one.',
  },
  totp_not_enabled: { title: 'Not switched on', detail: 'No authenticator app is set up.' },
  passkey_limit_reached: { title: 'Too many passkeys', detail: 'Remove a passkey before you add another one.' },
  last_admin: {
    title: 'Last administrator',
    detail: 'This is the only active administrator. Make another member one first.',
  },
  member_not_active: { title: 'Account not active', detail: 'This account is disabled or closed.' },
  mail_not_retryable: {
    title: 'Mail cannot be sent again',
    detail: 'Only a mail that was given up can be sent again, and only while what it carries still works.',
  },
  payload_too_large: { title: 'Body too large', detail: 'The body is larger than this service accepts.' },
  unsupported_media_type: { title: 'Content type not accepted', detail: 'Please send application/json, uncompressed.' },
  validation_failed: { title: 'Input not accepted', detail: 'Some of the input is not valid; see errors.' },
  password_too_common: {
    title: 'Password too common',
    detail: 'This password is among the first that anyone would try; see errors.',
  },
  too_many_requests: { title: 'Too many requests', detail: 'Please wait a while before trying again.' },
  too_many_attempts: {
    title: 'Too many attempts',
    detail: 'There were too many wrong attempts. Please wait a while before trying again.',
  },
  headers_too_large: { title: 'Headers too large', detail: 'The headers are larger than this service accepts.' },
  internal_error: {
    title: 'Something went wrong',
    detail: 'The fault is ours. Please try again later; the request id helps us find it.',
  },
  service_unavailable: { title: 'Not available at the moment', detail: 'Please try again in a few seconds.' },
  overloaded: {
    title: 'Too busy',
    detail: 'Too many people are logging in at once. Please try again in a few seconds.',
  },
};

/** What can be wrong with one field. */
export const fields = {
  unknown_field: () => 'This field is not known here.',
  required: () => 'This field is needed.',
  not_a_string: () => 'This needs to be text.',
  not_a_boolean: () => 'This needs to be true or false.',
  not_a_number: () => 'This needs to be a whole number.',
  not_an_object: () => 'This needs to be a JSON object.',
  too_short: ({ min }: Params) => `Use at least ${min} characters.`,
  too_long: ({ max }: Params) => `Use at most ${max} characters.`,
  invalid_characters: () => 'This holds characters that are not accepted.',
  invalid_value: ({ allowed }: Params) => `This needs to be one of: ${allowed}.`,
  email_invalid: () => 'This is not an e-mail address we can send to. Give exactly one, such as ada@example.com.',
  login_id_invalid: () => 'A login ID has 4 to 32 of a–z, 0–9, dot, underscore and hyphen, and starts with a letter.',
  login_id_reserved: () => 'This login ID is kept for the service.',
  code_malformed: () => 'A code is six digits.',
  credential_malformed: () => 'This needs to be the JSON of what the browser gave.',
  password_too_short: ({ min }: Params) => `Use at least ${min} characters.`,
  password_too_long: ({ max }: Params) => `Use at most ${max} characters.`,
  password_too_common: () => 'This is among the passwords that are tried first. Please choose another.',
  password_personal: () =>
    'This holds your login ID, name, address or the name of this service. Please choose another.',
  password_too_weak: () => 'This can be guessed too easily. Add more words or less expected characters.',
  one_of_needed: ({ names }: Params) => `Give one of: ${names}.`,
} satisfies Record<string, (params: Params) => string>;

export type FieldCode = keyof typeof fields;
