/** What nodemailer says of a mail that did not go. */
interface SmtpError extends Error {
  code?: string;
  responseCode?: number;
  command?: string;
  /** Tells a server that does not greet from one that falls silent over a mail. */
  timeoutType?: string;
}

const SERVER_CODES = new Set(['ECONNECTION', 'ESOCKET', 'EDNS', 'ETLS', 'EAUTH', 'ENOAUTH', 'EPROXY']);

/**
 * Whether it is the way to the mail server that failed, or our login there, so that any other mail would fail as well.
 * Not so a server that falls silent in the middle of a mail: that may be about this one.
 */
export function isServerFailure(error: unknown): boolean {
  const { code = '', responseCode, timeoutType, command } = error as SmtpError;
  if (code === 'ETIMEDOUT') return timeoutType !== 'SOCKET_TIMEOUT';
  return SERVER_CODES.has(code) || responseCode === 421 || (code === 'EPROTOCOL' && command === 'CONN');
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

/** How long to wait before the next attempt: doubling, with jitter so that a thousand mails do not come back at one moment. */
export class Backoff {
  constructor(
    private readonly firstSeconds: number,
    private readonly longestSeconds: number,
    private readonly random: () => number = Math.random,
  ) {}

  /** Seconds to wait after so many failures in a row. */
  after(failures: number): number {
    const pause = Math.min(this.firstSeconds * 2 ** (failures - 1), this.longestSeconds);
    return pause * (0.5 + this.random() / 2);
  }
}
