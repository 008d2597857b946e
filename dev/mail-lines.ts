import type { ArrivedMail } from './mail-inbox.js';

/** A mail in the terminal of a developer: recipient, subject, and the code and links to use. */
export function mailLines({ to, subject, text }: ArrivedMail): string {
  const code = /^\s*(\d{6})\s*$/m.exec(text)?.[1];
  const links = [...new Set(text.match(/https?:\/\/\S+#\S+/g))];
  const lines = [`Mail to ${to}: ${subject}`, ...(code === undefined ? [] : [`code ${code}`]), ...links];
  return lines.map((line) => line.replace(/\p{Cc}/gu, ' ')).join('\n  ');
}
