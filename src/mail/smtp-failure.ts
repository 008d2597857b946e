/** What nodemailer says of a mail that did not go. */
interface SmtpError extends Error {
  code?: string;
  responseCode?: number;
  command?: string;
}

/**
 * Whether trying again is pointless: the server refused this mail or this recipient with a 5xx (RFC 5321 section 4.2.1).
 * A refused login or TLS handshake is our configuration's fault and will be mended, so those mails wait.
 */
export function isPermanentFailure(error: unknown): boolean {
  const { code, responseCode, command } = error as SmtpError;
  if (code === 'EAUTH' || code === 'ETLS' || command === 'AUTH LOGIN' || command === 'CONN') return false;
  // About the sender: a wrong address of ours or a used-up quota is no reason to lose the mail.
  if (command === 'MAIL FROM') return false;
  return responseCode !== undefined && responseCode >= 500 && responseCode < 600;
}

/** A line for the operator: code and answer, with addresses masked, since servers like to quote the recipient. */
export function describeFailure(error: unknown): string {
  const { code, message } = error as SmtpError;
  const text = `${code ?? 'error'}: ${message}`.replace(/[\p{Cc}\s]+/gu, ' ');
  return text.replace(/[^\s<>@"]+@[^\s<>@"]+/g, '***').slice(0, 300);
}

const FIRST_PAUSE_SECONDS = 5;
const LONGEST_PAUSE_SECONDS = 900;

/** Seconds until the next attempt: doubling, with jitter so that a thousand mails do not come back at one moment. */
export function pauseAfter(attempts: number, random: () => number = Math.random): number {
  const pause = Math.min(FIRST_PAUSE_SECONDS * 2 ** (attempts - 1), LONGEST_PAUSE_SECONDS);
  return pause * (0.5 + random() / 2);
}

/** After this many attempts, about two days, a mail is given up and shown to the operator. */
export const MAX_ATTEMPTS = 200;
