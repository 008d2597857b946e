/** What stands at the top of the document, and so of Swagger UI. Markdown. */
export const DESCRIPTION = `A self-hosted account backend: sign-up with mailbox proof, login with rotating tokens, forgotten password and login ID.

**A tour by hand.** Open the mail inbox beside this page (\`npm start\` prints both addresses), then **Execute**, from top to bottom:

1. *Sign up* (\`POST /api/auth/sign-up\`) as it stands. A mail arrives in the inbox.
2. *Confirm by code*: paste the \`signUpId\` of the answer and the six digits of the mail. You are logged in: this page keeps the tokens of each
   answer and closes the locks with them.
3. *My profile*, *Where I am signed in*, *What happened to my account*: nothing to fill in.
4. *Get the next pair of tokens*: \`outcome\` says \`rotated\`. The locks hold the new pair now.
5. *Forgotten password*: mail a code, confirm it with the \`requestId\`, set a new password. All sessions have ended: *My profile* answers \`session_ended\`.
6. *Log in* with the new password.

**Three kinds of token**, one lock each; no token opens what another is for. \`access\` calls the API for some minutes, \`refresh\` gets the next pair,
\`reset\` sets a new password once.

**Errors** are \`application/problem+json\` (RFC 9457): programs go by \`code\`, people read \`title\` and \`detail\` in the language of \`Accept-Language\` (en, ko).
Where there is a wait, \`retryAfter\` and \`Retry-After\` say how long. Durations are whole seconds, times ISO 8601 in UTC.`;
