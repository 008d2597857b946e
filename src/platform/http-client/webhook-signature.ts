import { createHmac, randomBytes } from 'node:crypto';

/** Standard Webhooks writes a secret as this prefix and base64. */
const PREFIX = 'whsec_';
/** Between 24 and 64 bytes, by Standard Webhooks. */
const SECRET_BYTES = 32;

/** @returns a new secret for signatures */
export function newWebhookSecret(): string {
  return PREFIX + randomBytes(SECRET_BYTES).toString('base64');
}

/** Whether the text is a secret that {@link webhookHeaders} can sign with. */
export function isWebhookSecret(secret: string): boolean {
  if (!/^whsec_[A-Za-z0-9+/]+={0,2}$/.test(secret)) return false;
  const { length } = keyOf(secret);
  return length >= 24 && length <= 64;
}

/**
 * The headers of a signed request, by Standard Webhooks. The signature covers id, time and body, so
 * none of them can be altered and an old request cannot be sent again later (EV-03).
 * @param secrets one, or two while one replaces the other
 * @param seconds now, since 1970
 */
export function webhookHeaders(
  secrets: readonly string[],
  id: string,
  seconds: number,
  body: string,
): Record<string, string> {
  const signed = `${id}.${seconds}.${body}`;
  const signatures = secrets.map(
    (secret) => `v1,${createHmac('sha256', keyOf(secret)).update(signed).digest('base64')}`,
  );
  return {
    'content-type': 'application/json',
    'user-agent': 'Munjigi',
    'webhook-id': id,
    'webhook-timestamp': String(seconds),
    'webhook-signature': signatures.join(' '),
  };
}

function keyOf(secret: string): Buffer {
  return Buffer.from(secret.slice(PREFIX.length), 'base64');
}
