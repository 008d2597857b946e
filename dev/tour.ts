/** Where the parts of the running stack are. */
export interface Addresses {
  publicUrl: string;
  databaseUrl?: string;
  /** Undefined when mails go to an SMTP server of your own. */
  inboxUrl?: string;
}

/**
 * What `npm start` prints once the server is ready: the addresses, and three lines that show the
 * main job.
 */
export function tour({ publicUrl, databaseUrl, inboxUrl }: Addresses): string {
  const post = (path: string, body: object): string =>
    `curl -s ${publicUrl}/api/auth/${path} -H 'content-type: application/json' -d '${JSON.stringify(body)}'`;
  const member = { loginId: 'ada.lovelace', email: 'ada@example.test', password: 'Tall-giraffes-nap-at-noon-42' };
  const inbox = inboxUrl ?? 'the mailbox behind your SMTP server';
  return `
Munjigi is ready. Ctrl-C stops everything.

  API         ${publicUrl}/api
  Swagger UI  ${publicUrl}/docs
  Pages       ${publicUrl}/pages/login
  Mails       ${publicUrl}/dev/mails
  Mail inbox  ${inbox}
  Database    ${databaseUrl ?? ''}

Try it:

  ${post('sign-up', member)}
  ${post('sign-up/confirm-code', { signUpId: '…', code: '…' })}   # signUpId: in the answer above; code: read the mail at ${inbox}
  ${post('login', { identifier: member.loginId, password: member.password })}
`;
}
