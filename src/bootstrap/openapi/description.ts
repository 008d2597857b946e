/** The introduction of the document, in Markdown; Swagger UI shows it at the top. */
export const DESCRIPTION = `A self-hosted account backend: sign-up with mailbox proof, login with rotating tokens, forgotten password and login ID.

**A tour by hand.** Open the mail inbox beside this page (\`npm start\` prints both addresses), then **Execute**, from top to bottom:

1. *Sign up* (\`POST /api/auth/sign-up\`) as it stands. A mail arrives in the inbox.
2. *Confirm by code*: paste the \`signUpId\` of the response and the six digits of the mail. You are logged in: this page stores the tokens of each
   response and uses them for the next requests.
3. *Get my profile*, *List my sessions*, *List the security events of my account*: no input needed.
4. *Refresh the tokens*: \`outcome\` is \`rotated\`. The page uses the new pair now.
5. *Forgotten password*: mail a code, confirm it with the \`requestId\`, set a new password. All sessions have ended: *Get my profile* answers \`session_ended\`.
6. *Log in* with the new password.

**Three kinds of token**, one lock each; no token can replace another. \`access\` calls the API for some minutes, \`refresh\` returns the next pair,
\`reset\` sets a new password once.

**Errors** are \`application/problem+json\` (RFC 9457): programs decide by \`code\`, people read \`title\` and \`detail\` in the language of \`Accept-Language\` (en, ko).
\`retryAfter\` and \`Retry-After\` give the seconds to wait. Durations are whole seconds, times ISO 8601 in UTC.`;
