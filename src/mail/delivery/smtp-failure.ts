/** The fields of nodemailer's errors that decide what happens to a mail. */
interface SmtpError extends Error {
  code?: string;
  responseCode?: number;
  command?: string;
  /** Distinguishes a server that does not greet from one that falls silent during a mail. */
  timeoutType?: string;
}

const SERVER_CODES = new Set(['ECONNECTION', 'ESOCKET', 'EDNS', 'ETLS', 'EAUTH', 'ENOAUTH', 'EPROXY']);

/**
 * Whether the connection to the mail server or the login there failed: any other mail would fail as
 * well. A server that falls silent during a mail does not count, because the reason may be that
 * mail.
 */
export function isServerFailure(error: unknown): boolean {
  const { code = '', responseCode, timeoutType, command } = error as SmtpError;
  if (code === 'ETIMEDOUT') return timeoutType !== 'SOCKET_TIMEOUT';
  return SERVER_CODES.has(code) || responseCode === 421 || (code === 'EPROTOCOL' && command === 'CONN');
}

/**
 * Whether another attempt is pointless: the server refused this mail or this recipient with a 5xx
 * (RFC 5321 section 4.2.1).
 */
export function isPermanentFailure(error: unknown): boolean {
  const { code, responseCode, command } = error as SmtpError;
  // A refused login or TLS handshake is a fault of our configuration; mails wait until it is fixed.
  if (code === 'EAUTH' || code === 'ETLS' || command === 'AUTH LOGIN' || command === 'CONN') return false;
  // The server refuses the sender: a wrong MAIL_FROM or a used-up quota must not lose the mail.
  if (command === 'MAIL FROM') return false;
  return responseCode !== undefined && responseCode >= 500 && responseCode < 600;
}

/** @returns one line for the operator; addresses are masked, because servers often quote the recipient */
export function describeFailure(error: unknown): string {
  const { code, message } = error as SmtpError;
  const text = `${code ?? 'error'}: ${message}`.replace(/[\p{Cc}\s]+/gu, ' ');
  return text.replace(/[^\s<>@"]+@[^\s<>@"]+/g, '***').slice(0, 300);
}
