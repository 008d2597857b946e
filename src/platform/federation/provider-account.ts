import { isVisibleLine } from '../http/validation/text-checks.js';
import type { ProviderAccount } from './identity-provider.js';

/** OpenID Connect Core section 2. */
const MAX_SUBJECT = 255;
const MAX_EMAIL = 320;
const MAX_NAME = 255;

/** What a provider states about an account: any JSON. */
export interface AccountStatement {
  readonly subject: unknown;
  readonly email?: unknown;
  readonly emailVerified?: unknown;
  readonly name?: unknown;
}

/**
 * Reads an account as a provider states it. Members enter names and addresses there, so what could
 * not be stored or shown is left out.
 * @throws Error where the subject is not one line of 1 to 255 visible characters
 */
export function readAccount(
  provider: string,
  { subject, email, emailVerified, name }: AccountStatement,
): ProviderAccount {
  const id = lineOf(subject, MAX_SUBJECT);
  if (id === null) throw new Error('no usable subject');
  return {
    provider,
    subject: id,
    email: lineOf(email, MAX_EMAIL),
    // Some providers send the text 'true' instead of a boolean.
    emailVerified: emailVerified === true || emailVerified === 'true',
    name: lineOf(name, MAX_NAME),
  };
}

function lineOf(value: unknown, max: number): string | null {
  return typeof value === 'string' && isVisibleLine(value, max) ? value : null;
}
