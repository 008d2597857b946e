/** The fields of nodemailer's errors that decide what happens to a mail. */
interface SmtpError extends Error {
  code?: string;
  responseCode?: number;
  command?: string;
  /** Distinguishes a server that does not greet from one that falls silent during a mail. */
  timeoutType?: string;
}

/** EPROTOCOL: the server refuses the greeting (EHLO, HELO or LHLO), or does not speak SMTP. */
const SERVER_CODES = new Set(['ECONNECTION', 'ESOCKET', 'EDNS', 'ETLS', 'EAUTH', 'ENOAUTH', 'EPROXY', 'EPROTOCOL']);

/** The commands that a server refuses because of one mail: its recipient or its content. */
const MAIL_COMMANDS: ReadonlySet<string | undefined> = new Set(['RCPT TO', 'DATA']);

/**
 * Whether the connection to the mail server or the login there failed: any other mail would fail as
 * well. A server that falls silent during a mail does not count, because the reason may be that
 * mail.
 */
export function isServerFailure(error: unknown): boolean {
  const { code = '', responseCode, timeoutType } = error as SmtpError;
  if (code === 'ETIMEDOUT') return timeoutType !== 'SOCKET_TIMEOUT';
  return SERVER_CODES.has(code) || responseCode === 421;
}

/**
 * Whether another attempt is pointless: the server refused this mail or this recipient with a 5xx
 * (RFC 5321 section 4.2.1).
 */
export function isPermanentFailure(error: unknown): boolean {
  const { responseCode, command } = error as SmtpError;
  // A refused connection, greeting, TLS handshake, login or sender (a wrong MAIL_FROM, a used-up
  // quota) meets every mail. They wait until it is fixed.
  if (!MAIL_COMMANDS.has(command)) return false;
  return responseCode !== undefined && responseCode >= 500 && responseCode < 600;
}

/** What to set when the connection to the mail server fails for a known reason. */
const REMEDIES: readonly (readonly [reason: RegExp, remedy: string])[] = [
  [/self-signed|unable to (verify|get)|issuer/i, 'set SMTP_CA_FILE to the authority of its certificate'],
  [/altname/i, 'SMTP_URL needs the host name of its certificate'],
  [/EHLO failed|Invalid HELO/, 'it refuses the name that this server gives; check SMTP_CLIENT_NAME'],
  [/STARTTLS/i, 'it offers no TLS; set SMTP_REQUIRE_TLS=false only for a server on the same machine or network'],
  [/ECONNREFUSED|ENOTFOUND|EAI_AGAIN/, 'check host and port of SMTP_URL'],
];

/** @returns one line for the operator; addresses are masked, because servers often quote the recipient */
export function describeFailure(error: unknown): string {
  const { code, message } = error as SmtpError;
  const text = `${code ?? 'error'}: ${message}`.replace(/[\p{Cc}\s]+/gu, ' ');
  const reason = text.replace(/[^\s<>@"]+@[^\s<>@"]+/g, '***').slice(0, 300);
  const remedy = isServerFailure(error) ? REMEDIES.find(([pattern]) => pattern.test(reason))?.[1] : undefined;
  return remedy === undefined ? reason : `${reason} (${remedy})`;
}
