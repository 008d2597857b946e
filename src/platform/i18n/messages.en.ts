import type { ErrorCode } from '../http/problems/error-catalogue.js';

type Params = Readonly<Record<string, string | number>>;

/** English error messages. This file defines the keys; the compiler checks the other languages against it. */
export const problems: Record<ErrorCode, { title: string; detail: string }> = {
  malformed_json: { title: 'Malformed JSON', detail: 'The body is not valid JSON, or contains a field twice.' },
  bad_request: { title: 'Bad request', detail: 'The request could not be understood.' },
  query_not_allowed: {
    title: 'Query not allowed',
    detail: 'This operation takes input only in the body or in headers.',
  },
  code_invalid: {
    title: 'Code not accepted',
    detail: 'The code is wrong, expired, already used or replaced by a newer one.',
  },
  passkey_invalid: {
    title: 'Passkey not accepted',
    detail: 'The passkey is unknown or does not match, or the request timed out. Please try again.',
  },
  passkey_changed: {
    title: 'Passkey no longer usable',
    detail:
      'The app or device that keeps this passkey has changed how it is stored. Log in another way, remove the passkey and add it again.',
  },
  link_invalid: {
    title: 'Link not accepted',
    detail: 'The link is incomplete, already used or replaced by a newer one.',
  },
  link_expired: { title: 'Link expired', detail: 'The link has expired. Please request a new one.' },
  invitation_invalid: {
    title: 'Invitation not valid',
    detail:
      'The link is incomplete, or the invitation was withdrawn or replaced by a newer one. Ask the person who invited you.',
  },
  invitation_expired: {
    title: 'Invitation expired',
    detail: 'This invitation is no longer valid. Ask the person who invited you for a new one.',
  },
  sign_up_invalid: {
    title: 'Sign-up not found',
    detail: 'This sign-up does not exist or has expired. Please start again.',
  },
  social_login_failed: {
    title: 'Login with the provider failed',
    detail: 'The login with this provider was cancelled, took too long or was already used. Please start again.',
  },
  token_expired: { title: 'Token expired', detail: 'The token has expired.' },
  token_invalid: {
    title: 'Token not accepted',
    detail: 'The token is missing, altered, already used or meant for another purpose.',
  },
  session_ended: { title: 'Session ended', detail: 'This session has ended. Please log in again.' },
  token_reused: {
    title: 'Token used twice',
    detail: 'This refresh token was already used. The session has been ended for safety.',
  },
  proof_required: {
    title: 'Proof of possession required',
    detail: 'This token is bound to a key. Send a proof by that key in the DPoP header.',
  },
  proof_invalid: {
    title: 'Proof of possession not accepted',
    detail: 'The proof in the DPoP header is malformed, already used, or made with another key or for another request.',
  },
  proof_stale: {
    title: 'Proof of possession too old',
    detail: 'The time of the proof is too far from the time of the server. Repeat it with the nonce from DPoP-Nonce.',
  },
  api_key_invalid: { title: 'API key not accepted', detail: 'The API key is unknown, revoked or expired.' },
  invalid_credentials: { title: 'Login refused', detail: 'The login ID, email address or password is wrong.' },
  forbidden: { title: 'Not allowed', detail: 'You do not have permission to do this.' },
  reauth_required: {
    title: 'Please confirm who you are',
    detail:
      'This requires a login or a confirmation of who you are within the last few minutes. Confirm and try again.',
  },
  two_factor_required: {
    title: 'Second factor required',
    detail: 'Administrators must use two-step login. Set it up for your account and try again.',
  },
  factor_proof_required: {
    title: 'Second factor needed',
    detail:
      'To change your two-step login, confirm it first: with your passkey if you have one, otherwise with a code from your app. A recovery code works too.',
  },
  person_required: {
    title: 'Not open to API keys',
    detail: 'Only a signed-in person can do this.',
  },
  insufficient_scope: { title: 'Scope missing', detail: 'The API key does not have the scope that this requires.' },
  address_not_allowed: {
    title: 'Address not allowed',
    detail: 'This API key cannot be used from this IP address.',
  },
  origin_not_allowed: {
    title: 'Origin not allowed',
    detail: 'Cookies are accepted only from the registered web pages of this service.',
  },
  refused_by_product: {
    title: 'Login not possible',
    detail: 'This service does not let you log in at the moment.',
  },
  sign_up_closed: {
    title: 'Sign-up not open',
    detail: 'You cannot sign up with this email address. Ask the people who run this service for an invitation.',
  },
  not_found: { title: 'Not found', detail: 'The requested resource does not exist.' },
  method_not_allowed: { title: 'Method not allowed', detail: 'This path does not support that method.' },
  request_timeout: { title: 'Request too slow', detail: 'The request did not arrive in time.' },
  already_confirmed: { title: 'Already confirmed', detail: 'This sign-up has already been confirmed. You can log in.' },
  login_id_taken: {
    title: 'Login ID taken',
    detail: 'This login ID is already taken. Confirm again with another one.',
  },
  invitation_pending: {
    title: 'Already invited',
    detail: 'This address has an open invitation. Send it again or withdraw it.',
  },
  email_taken: {
    title: 'Email address already in use',
    detail: 'An account with this email address already exists. You can log in or reset its password.',
  },
  identity_taken: {
    title: 'Already linked',
    detail: 'This login is already linked to an account.',
  },
  totp_already_enabled: {
    title: 'Already turned on',
    detail: 'An authenticator app is already set up. Remove it first to set up another one.',
  },
  totp_not_enabled: { title: 'Not turned on', detail: 'No authenticator app is set up.' },
  passkey_limit_reached: { title: 'Too many passkeys', detail: 'Remove a passkey before you add another one.' },
  last_way_in: {
    title: 'Last way to log in',
    detail: 'This is the only way to log in to this account. Set a password or link another login first.',
  },
  last_admin: {
    title: 'Last administrator',
    detail: 'This is the only active administrator. Make another member an administrator first.',
  },
  member_not_active: { title: 'Account not active', detail: 'This account is disabled or closed.' },
  webhook_disabled: { title: 'Webhook disabled', detail: 'The webhook is disabled. Enable it first.' },
  webhook_limit_reached: { title: 'Too many webhooks', detail: 'There are 20 webhooks already. Delete one first.' },
  cursor_expired: {
    title: 'Cursor expired',
    detail:
      'Events after this cursor may be deleted already. Take the cursor of "latest", read all members again, then continue from it.',
  },
  mail_not_retryable: {
    title: 'Email cannot be sent again',
    detail: 'Only an undeliverable email can be sent again, and only while its code or link is still valid.',
  },
  payload_too_large: { title: 'Body too large', detail: 'The body is larger than this service accepts.' },
  unsupported_media_type: { title: 'Content type not accepted', detail: 'Please send application/json, uncompressed.' },
  consent_required: { title: 'Agreement needed', detail: 'Please agree to all required documents.' },
  validation_failed: { title: 'Input not accepted', detail: 'Some of the input is not valid. See errors.' },
  password_too_common: {
    title: 'Password too common',
    detail: 'This password is among the first that an attacker would try. See errors.',
  },
  too_many_requests: { title: 'Too many requests', detail: 'Please wait a while before trying again.' },
  too_many_attempts: {
    title: 'Too many attempts',
    detail: 'There were too many failed attempts. Please wait a while before trying again.',
  },
  headers_too_large: { title: 'Headers too large', detail: 'The headers are larger than this service accepts.' },
  internal_error: {
    title: 'Something went wrong',
    detail: 'This is an error on our side. Please try again later. If you contact us, include the request id.',
  },
  service_unavailable: { title: 'Temporarily unavailable', detail: 'Please try again in a few seconds.' },
  provider_unavailable: {
    title: 'Provider unavailable',
    detail: 'This login provider is not available at the moment. Please try again later or log in another way.',
  },
  overloaded: {
    title: 'Too busy',
    detail: 'Too many people are logging in at once. Please try again in a few seconds.',
  },
};

/** Messages for one invalid field. */
export const fields = {
  unknown_field: () => 'This field is not supported.',
  required: () => 'This field is required.',
  not_a_string: () => 'This must be text.',
  not_a_boolean: () => 'This must be true or false.',
  not_a_number: () => 'This must be a whole number.',
  not_an_object: () => 'This must be a JSON object.',
  consents_malformed: () => 'This must be a list of at most 50 documents, each with id and version.',
  consent_unknown: () => 'This document or version is not in force. Please load the page again.',
  attribute_invalid: () => 'This value does not fit this attribute.',
  attributes_too_large: ({ max, tokenMax }: Params) =>
    `All values together take at most ${max} bytes as JSON, those in access tokens ${tokenMax}.`,
  too_short: ({ min }: Params) => `Use at least ${min} characters.`,
  too_long: ({ max }: Params) => `Use at most ${max} characters.`,
  invalid_characters: () => 'This contains characters that are not allowed.',
  invalid_value: ({ allowed }: Params) => `This must be one of: ${allowed}.`,
  email_invalid: () => 'This is not an email address that we can send to. Enter exactly one, such as ada@example.com.',
  login_id_invalid: () =>
    'A login ID has 4 to 32 characters: a–z, 0–9, dot, underscore and hyphen. It starts with a letter.',
  login_id_chosen: () => 'You chose this login ID yourself, so it stays.',
  login_id_reserved: () => 'This login ID is reserved by the service. Please choose another one.',
  code_malformed: () => 'A code has six digits.',
  credential_malformed: ({ member, expected }: Params) =>
    `This must be the credential that the browser returned, as JSON: ${member} must be ${expected}.`,
  password_too_short: ({ min }: Params) => `Use at least ${min} characters.`,
  password_too_long: ({ max }: Params) => `Use at most ${max} characters.`,
  password_too_common: () => 'This is among the passwords that attackers try first. Please choose another one.',
  password_personal: () =>
    'This contains your login ID, name, email address or the name of this service. Please choose another one.',
  password_too_weak: () => 'This is too easy to guess. Add more words or less predictable characters.',
  one_of_needed: ({ names }: Params) => `One of these is required: ${names}.`,
} satisfies Record<string, (params: Params) => string>;

export type FieldCode = keyof typeof fields;
