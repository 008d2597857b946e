/** Where the parts of the running stack are. */
export interface Addresses {
  publicUrl: string;
  databaseUrl?: string;
  /** Undefined when mails go to an SMTP server of your own. */
  inboxUrl?: string;
  hasSocialStandIns?: boolean;
}

/**
 * What `npm start` prints once the server is ready: the addresses, and three requests that sign up,
 * confirm and log in.
 */
export function tour({ publicUrl, databaseUrl, inboxUrl, hasSocialStandIns = false }: Addresses): string {
  const post = (path: string, body: object): string =>
    `curl -s ${publicUrl}/api/auth/${path} -H 'content-type: application/json' -d '${JSON.stringify(body)}'`;
  const member = { loginId: 'alan.turing', email: 'alan@example.test', password: 'Slow-badgers-hum-at-dusk-73' };
  const inbox = inboxUrl === undefined ? 'behind your SMTP_URL' : `${inboxUrl}   (as JSON: ${inboxUrl}/api/email)`;
  const code = inboxUrl === undefined ? 'in the mail' : 'printed here when the mail arrives';
  return `
Munjigi is ready. Ctrl-C stops everything.

  Pages            ${publicUrl}/pages/login${hasSocialStandIns ? '   (with stand-ins for Google, Kakao, Naver and Apple)' : ''}
  API              ${publicUrl}/api
  Swagger UI       ${publicUrl}/docs
  Sent mails       ${inbox}
  Mail templates   ${publicUrl}/dev/mails
  Database         ${databaseUrl ?? ''}

Try it:

  ${post('sign-up', member)}
  ${post('sign-up/confirm-code', { signUpId: '…', code: '…' })}   # signUpId: in the answer above; code: ${code}
  ${post('login', { identifier: member.loginId, password: member.password })}

More: README.md (a tour to paste) and docs/tour.md (the same in Swagger UI).
`;
}
