/** One promise of the service that a test can show from outside. */
export interface Requirement {
  readonly id: string;
  /** P0 blocks a release, P1 is high, P2 medium. */
  readonly severity: 'P0' | 'P1' | 'P2';
  readonly statement: string;
  /** The reason why no test shows it. The page leaves it out once a test title has the id. */
  readonly untested?: string;
  /** The cases that its tests leave out. */
  readonly limits?: string;
}

interface Remarks {
  untested?: string;
  limits?: string;
}

const of = (id: string, severity: Requirement['severity'], statement: string, remarks: Remarks = {}): Requirement => ({
  id,
  severity,
  statement,
  ...remarks,
});

/** The requirements, by family. `npm run docs` makes build/docs/requirements.md from them and the test titles. */
export const REQUIREMENTS: readonly (readonly [family: string, rows: readonly Requirement[]])[] = [
  [
    'Account enumeration',
    [
      of(
        'EN-01',
        'P0',
        'Requests for a reset or for the login ID get the same answer for every state of an account, and for unknown addresses',
      ),
      of('EN-02', 'P1', 'The wait between two mails is the same for known and unknown addresses'),
      of('EN-03', 'P1', 'A mail server that fails or hangs changes no answer'),
      of(
        'EN-04',
        'P1',
        'A sign-up with a taken address gets the same answer as any other; the owner gets a mail, within limits',
      ),
      of(
        'EN-05',
        'P0',
        'Every refused login is the same 401; the state of an account shows only after the right password',
      ),
      of('EN-06', 'P1', 'Known and unknown addresses take the same time in login, recovery and sign-up', {
        limits: 'Few samples and wide bounds in `npm test`, 2,000 pairs each in the long form of that test.',
      }),
      of(
        'EN-07',
        'P1',
        'A wrong code is answered alike for known and unknown addresses; no answer confirms that a login ID and an address belong together',
      ),
      of('EN-08', 'P2', 'An address change takes the same time for a free and for a taken address', {
        limits: 'Few samples and wide bounds in `npm test`, 2,000 pairs in the long form of that test.',
      }),
    ],
  ],
  [
    'Guessing',
    [
      of(
        'BF-01',
        'P0',
        'Failed logins are counted by account, from all clients together; waits grow, and after a hundred failures they do not end by themselves',
      ),
      of('BF-02', 'P0', 'The client address is taken only from configured proxies; IPv6 addresses count by /64'),
      of('BF-03', 'P0', 'Parallel guesses get no more attempts than sequential ones'),
      of(
        'BF-04',
        'P1',
        'An attacker cannot lock the owner out: sessions, known devices and the reset by mail still work',
      ),
      of('BF-05', 'P1', 'A success clears the counter of that account and no other'),
      of('BF-06', 'P1', 'One password tried on many accounts reaches the limit of the client address'),
      of(
        'BF-07',
        'P0',
        'A code allows five guesses, an address fifty a day over all its codes; a new code refills neither',
      ),
      of(
        'BF-08',
        'P1',
        'No mailbox can be flooded: one mail of a kind a minute and five an hour; beyond them only recovery mail, one each quarter of an hour',
      ),
      of(
        'BF-09',
        'P1',
        'Limits count what they grant: at any rate and from any number of addresses, strangers leave the owner one recovery mail each quarter of an hour',
      ),
      of('BF-10', 'P1', 'Mail that its receiver did not ask for never uses up recovery mail, in any mixture'),
      of(
        'BF-11',
        'P1',
        'Neighbouring mailboxes share no limit; spellings of one mailbox share none that recovery needs',
      ),
      of(
        'BF-12',
        'P2',
        'Guesses of up to five strangers at codes of claims do not use up those of the owner of the address',
      ),
      of('BF-13', 'P2', 'Wrong passwords of strangers never turn an allowed login into a refused one'),
      of(
        'BF-14',
        'P2',
        'Client addresses and accounts share the hash queue: a flood of one delays others by two hashes at most',
      ),
      of(
        'BF-16',
        'P2',
        'A sign-up reveals of at most twenty other login IDs whether they are taken; each counts as a request of its client address',
      ),
    ],
  ],
  [
    'Tokens',
    [
      of('TK-01', 'P0', 'The server fixes the algorithm: none, algorithm confusion and empty signatures are refused'),
      of('TK-02', 'P0', 'Keys that a token’s header contains or points to are ignored, and nothing is fetched'),
      of('TK-03', 'P0', 'Every claim is checked, by value and by type'),
      of('TK-04', 'P0', 'A token works for its own purpose and no other'),
      of('TK-05', 'P1', 'No token outlives its limit, and production refuses longer lifetimes'),
      of(
        'TK-06',
        'P0',
        'Refresh tokens rotate; a replay within the grace gets the same successor, a later one ends the session and is mailed to the owner',
      ),
      of('TK-07', 'P0', 'Reuse is detected across restarts of every process', {
        limits: 'The e2e test restarts the servers, the fault tests restart PostgreSQL.',
      }),
      of('TK-08', 'P0', 'A reset token works once, for one member, and ends with the password it was issued for'),
      of('TK-09', 'P0', 'Ending a session ends its access tokens on every replica within a second'),
      of('TK-10', 'P1', 'Secrets have 128 random bits or more; tokens name their owner by id alone'),
      of('TK-11', 'P1', 'Keys can be replaced while tokens of the old key are in use; a removed key opens nothing'),
    ],
  ],
  [
    'Codes, links and the second factor',
    [
      of('OC-01', 'P1', 'Codes are uniformly random, leading zeros included'),
      of(
        'OC-02',
        'P0',
        'A code works once, for ten minutes of the database’s time, until a newer one replaces it or five guesses are used up',
      ),
      of('OC-03', 'P0', 'A code is valid for its purpose, account and address only'),
      of('OC-04', 'P0', 'A code field accepts six digits in any spelling of them and counts as one guess'),
      of('OC-05', 'P0', 'Opening a mailed link changes nothing: only a POST does'),
      of('OC-06', 'P0', 'A code or link confirms only the address that it was mailed to'),
      of('OC-07', 'P0', 'A TOTP step is accepted once, with one step of tolerance; a confirmed app is not overwritten'),
      of(
        'OC-08',
        'P1',
        'Ten recovery codes of 80 bits, stored as digests, each valid once; a new set replaces the old one',
      ),
      of('OC-09', 'P0', 'A reset neither logs in nor bypasses the second factor'),
      of(
        'OC-10',
        'P0',
        'Between password and second factor nothing is accessible; five attempts over all logins under way',
      ),
      of(
        'FT-12',
        'P1',
        'A change of second factors needs the password and a factor as strong as the strongest one set up, or a recent login with it',
      ),
      of('FT-13', 'P2', 'A passkey is refused in a frame of another site'),
    ],
  ],
  [
    'Passwords',
    [
      of(
        'PW-01',
        'P1',
        'One policy wherever a password is set: minimum length, strength, at most 128 code points, checked before hashing',
      ),
      of('PW-02', 'P0', 'Every character counts: passwords are not trimmed, truncated or folded'),
      of('PW-03', 'P1', 'Composed and decomposed spellings are one password; look-alike characters are not'),
      of('PW-04', 'P1', 'Common passwords and those made of the member’s own names are refused, with the reason'),
      of(
        'PW-05',
        'P0',
        'A password change needs the current password, ends the other sessions, voids open codes and links, and is mailed',
      ),
      of(
        'PW-06',
        'P1',
        'Passwords are stored as argon2id at OWASP’s strength or more, upgraded at login; a row with absurd costs is refused fast',
      ),
      of('PW-07', 'P1', 'Secrets in a URL are refused and not logged'),
      of('PW-08', 'P1', 'Korean words and names are judged as words, also when typed as keys of the Latin layout'),
    ],
  ],
  [
    'Sessions and devices',
    [
      of('SS-01', 'P0', 'A logout ends access and refresh token at once, and may be repeated'),
      of('SS-02', 'P0', 'Members see and end their own sessions only'),
      of('SS-03', 'P1', 'A login starts a new session, whatever tokens the client sends'),
      of('SS-04', 'P2', 'A member never has more sessions than configured, even with many logins at once'),
      of('SS-05', 'P0', 'Signing up first with another person’s address gains nothing'),
      of(
        'SS-06',
        'P1',
        'A suspicious login is mailed to the owner, once for each device, with no dangerous link in the mail',
      ),
      of(
        'SS-07',
        'P0',
        'Changing the address or the second factor needs a recent login; the old address gets a mail and can undo the change',
      ),
      of(
        'SS-08',
        'P2',
        'The same sign-up again continues the first: the mailed code fits, and a confirmation elsewhere is reported as done',
      ),
    ],
  ],
  [
    'HTTP',
    [
      of('TR-01', 'P0', 'Mailed links start with the configured address, whatever the request’s headers claim'),
      of('TR-02', 'P1', 'No answer redirects to an address from the request', {
        untested:
          'No operation takes an address to redirect to: an unknown field answers 422 (IV-03), a query on a write 400 (PW-07).',
      }),
      of('TR-03', 'P1', 'Only origins on an exact list may send requests with credentials'),
      of('TR-04', 'P0', 'Bodies are declared as JSON; with cookies the origin is checked'),
      of('TR-05', 'P2', 'Every answer carries the security headers and no version'),
      of('TR-06', 'P0', 'Other spellings of a path or method bypass no check'),
      of('TR-07', 'P1', 'Malformed HTTP and slow senders are cut off and delay no other request'),
    ],
  ],
  [
    'Mail',
    [
      of('ML-01', 'P0', 'A mail has one recipient, and no header from user input'),
      of('ML-02', 'P0', 'Mail goes to the stored address, never to the submitted spelling'),
      of('ML-03', 'P0', 'An address field accepts one address, not a list'),
      of('ML-04', 'P1', 'Addresses are plain, within the length limits, and cheap to refuse'),
      of('ML-05', 'P1', 'Names appear as plain text, in HTML and text mails; nothing is loaded from other servers'),
      of(
        'ML-06',
        'P1',
        'No password in a mail and no code in a subject; mails state time, origin and validity; one Message-ID for each row',
      ),
      of('ML-07', 'P1', 'Every change to an account’s security is mailed; TLS is never dropped silently'),
    ],
  ],
  [
    'Input',
    [
      of('IV-01', 'P1', 'Values of the wrong type are refused, in every field of every operation'),
      of('IV-02', 'P1', 'Invalid or invisible text is refused before it reaches the database'),
      of('IV-03', 'P0', 'Unknown fields are refused and change nothing'),
      of('IV-04', 'P1', 'Large, compressed and endless bodies are refused unread'),
      of('IV-05', 'P0', 'Text with a meaning for a database, a log or a template is stored and shown as text'),
      of(
        'IV-06',
        'P0',
        'One member for each address and login ID, in all spellings; reserved and confusable ones are refused',
      ),
      of('IV-07', 'P2', 'Every refusal is a problem document with a stable code and no internal detail'),
      of('IV-08', 'P2', 'A request with two Host headers is refused'),
      of('IV-09', 'P1', 'The server and its OpenAPI document accept and refuse the same values of parameters'),
      of(
        'IV-10',
        'P1',
        'Codes, login IDs and addresses are read without the compatibility forms and invisible signs of a keyboard or paste',
      ),
      of('IV-11', 'P2', 'An odd optional member of a passkey is ignored; a required one that is wrong is named'),
    ],
  ],
  [
    'Concurrency',
    [
      of('CC-01', 'P0', 'Of many right submissions of one secret exactly one succeeds, and its result counts'),
      of(
        'CC-02',
        'P0',
        'Of many wrong guesses no more are compared than the limit allows, and the right one then comes too late',
      ),
      of(
        'CC-03',
        'P0',
        'Of many refreshes with one token one rotates and the others get its successor; the session stays',
      ),
      of(
        'CC-04',
        'P0',
        'Once a logout, closing or reset is acknowledged, nothing that a parallel refresh or login won still works',
      ),
      of('CC-05', 'P0', 'Many sign-ups of one address or login ID make one member, and get the same answer'),
      of(
        'CC-06',
        'P1',
        'Of many password changes one succeeds; no login passes without a second factor that was turned on',
      ),
      of('CC-07', 'P0', 'An account under construction accepts no login'),
      of('CC-08', 'P1', 'All operations at once on one account: no deadlock, no fault, answers within two seconds'),
      of(
        'CC-09',
        'P1',
        'A write on behalf of a session commits only while session, password, status and role are as its guard saw them; a rescue of the account outruns what is in flight',
      ),
      of(
        'CC-10',
        'P1',
        'A mailed proof, and a reset token made from it, works only while the member has the address that it was issued for',
      ),
      of(
        'CC-11',
        'P1',
        '“It was not me” and undo remove an intruder’s access whatever became of the old address, which stays reserved while it can be restored',
      ),
    ],
  ],
  [
    'Bound sessions and late answers',
    [
      of('RB-01', 'P0', 'A client whose answer was lost is never logged out, however late it asks again'),
      of('RB-02', 'P0', 'Two clients that share an unbound refresh token are found out by the third generation'),
      of('RB-03', 'P0', 'Without its key, the tokens of a bound session refresh nothing and end nothing'),
      of('RB-04', 'P0', 'A proof passes all checks of RFC 9449 section 4.3, and works once on a server'),
      of('RB-05', 'P1', 'A proof is fresh by its time or by a nonce; a wrong clock costs one more request'),
      of('RB-06', 'P1', 'Every request that opens a session can bind it'),
      of('RB-07', 'P0', 'An access token that is bound to a key works only with a proof that names it'),
      of('RB-08', 'P1', 'Bound sessions end like others'),
      of('RB-09', 'P1', 'Logins and refreshes from countries outside the allowed ones are asked for more or refused'),
    ],
  ],
  [
    'Your own API',
    [
      of('RS-01', 'P0', 'An API that follows the stream refuses a session within a second after it has ended'),
      of('RS-02', 'P0', 'An API that lost the stream fails closed, and resumes without a gap'),
      of('RS-04', 'P1', 'A removed signing key is trusted no longer than keys may be cached'),
      of('RS-05', 'P0', 'APIs refuse tokens of another purpose, audience, issuer, algorithm or key, and wrong proofs'),
      of('RS-06', 'P1', 'Access tokens have the claims of RFC 9068; those of 1.0 stay valid until they expire'),
      of('RS-07', 'P0', 'auth_time and amr state when and how the member last authenticated, from the next token on'),
      of('RS-09', 'P1', 'Introspection answers API keys alone, and nothing but active: false about a dead token'),
      of('RS-08', 'P1', 'Metadata leads libraries to keys and introspection, and claims no OpenID provider'),
    ],
  ],
  [
    'Import and export',
    [
      of('IM-01', 'P1', 'Slow password hashes of other systems are opened by their password alone'),
      of(
        'IM-02',
        'P0',
        'A hash that is malformed, too fast or too expensive is refused with the reason, and never computed',
      ),
      of('IM-03', 'P0', 'Unknown accounts are compared with the schemes that members have, as often as they have them'),
      of('IM-04', 'P1', 'The first login turns the hash of another system into argon2id'),
      of('IM-05', 'P0', 'Neither a fast hash nor a password in plain text rests in the table after an import'),
      of('IM-10', 'P1', 'Accounts of other systems become members with what their export carries'),
      of('IM-11', 'P0', 'An import that is run again, or was killed, adds no account twice'),
      of('IM-12', 'P0', 'Imported addresses and login IDs follow the rules of sign-up, and no member is mailed'),
      of('IM-13', 'P0', 'Collisions are reported with both rows, and never change a member who is here'),
      of('IM-14', 'P1', 'Refused rows are listed with reasons and without secrets, and the exit code shows them'),
      of('IM-15', 'P1', 'A malformed file costs only the accounts it spoils'),
      of('IM-16', 'P1', 'A dry run writes no member'),
      of(
        'IM-18',
        'P0',
        'An imported account with an unproven address becomes a member once its owner enters a mailed code',
      ),
      of('IM-19', 'P1', 'A login ID that an import made can be replaced by its member, once'),
      of(
        'IM-30',
        'P0',
        'Lazy import asks the old system only about unknown accounts, within the limits of logins, signed and over TLS',
      ),
      of('IM-31', 'P0', 'The word of the old system makes each account a member once, and opens none that is here'),
      of('IM-32', 'P0', 'With lazy import, refused logins take the same time, whatever the old system does'),
      of('IM-17', 'P0', 'An export brings the same members into an empty database; secrets are in it only on demand'),
    ],
  ],
  [
    'Events and webhooks',
    [
      of('EV-01', 'P0', 'No event is lost, and none is sent before the commit that causes it'),
      of('EV-02', 'P1', 'The events of one member arrive in order; a slow or dead receiver holds up no other'),
      of('EV-03', 'P0', 'Webhooks are signed and have a stable id; altered and old ones fail the check'),
      of('EV-04', 'P0', 'No webhook reaches an internal address'),
      of('EV-05', 'P1', 'After an erasure no event and no delivery holds personal data'),
    ],
  ],
  [
    'The console of administrators',
    [
      of('AC-01', 'P1', 'The reason of an administrative action is kept in the audit log and mailed to the member'),
      of('AC-02', 'P1', 'The diagnosis names what keeps a person from logging in, and the operation that helps'),
      of('AC-03', 'P0', 'Each view of a member by an administrator or API key is recorded, and none shows a secret'),
      of('AC-20', 'P1', 'Who may sign up is decided by the typed address alone, at each way of signing up'),
      of('AC-21', 'P0', 'An invitation makes one member, with the role and attributes that the inviter set'),
      of('AC-22', 'P0', 'An invitation ends when it is withdrawn or expires, or its inviter loses the right'),
      of(
        'AC-24',
        'P0',
        'An administrator changes an address only by a proof of the new mailbox, with an undo to the old one',
      ),
      of('AC-25', 'P0', 'An administrator erases a member by the rules of closing; at once only with a reason'),
      of('AC-26', 'P1', 'An administrator ends one session or removes one way in; the member is notified'),
      of('AC-23', 'P1', 'Nothing shows which addresses are invited'),
      of('AC-04', 'P1', 'Each list of members is recorded with its filter, and holds no personal data itself'),
      of('AC-05', 'P2', 'The overview counts what happened on all servers, and costs the hot paths no statement'),
      of('AC-06', 'P1', 'Under the Korean profile, what administrators read and did is kept for two years'),
      of('AC-40', 'P0', 'The console has no rights of its own, and no route while it is off'),
      of('AC-41', 'P1', 'The console finds a member and shows the account, ways in, activity and mails on one screen'),
      of('AC-42', 'P1', 'Each action of the console asks for a reason, and for the password after a while'),
      of('AC-43', 'P0', 'The console shows a new secret once and keeps it nowhere'),
    ],
  ],
  [
    'API keys',
    [
      of(
        'AK-01',
        'P0',
        'An API key opens exactly its scopes, from its addresses, until its end; revoked, it ends within a second everywhere',
      ),
      of('AK-02', 'P0', 'Only a digest of a key is stored and compared in equal time; the key is shown once'),
      of('AK-03', 'P0', 'No API key can do what needs a person: roles, factors, keys, acting on administrators'),
    ],
  ],
  [
    'The revocation stream',
    [
      of('RS-20', 'P0', 'A listener gets every revocation in force, then each as it happens, of every replica'),
      of(
        'RS-21',
        'P0',
        'A listener resumes without a gap, and gets no heartbeat while the server may miss revocations',
      ),
      of('RS-22', 'P0', 'Only keys with `revocations:read` listen, as long as they live; no personal data is sent'),
      of('RS-23', 'P1', 'A listener costs no query and at most 20 KiB; one that reads too slowly is cut off'),
    ],
  ],
  [
    'The verifier',
    [
      of('RS-30', 'P0', 'The verifier admits valid tokens alone, and answers as RFC 6750 asks'),
      of('RS-31', 'P0', 'Without news of revocations the verifier fails closed, or asks about each token'),
      of('RS-32', 'P1', 'Keys expire; unknown key ids and failures cause no flood of fetches'),
      of('RS-33', 'P0', 'A bound token needs a right proof, and a proof works once'),
      of('RS-34', 'P0', 'Routes can ask for a recent login, a second factor or a role'),
    ],
  ],
  [
    'Social login',
    [
      of('SO-01', 'P0', 'An answer counts only if it comes from the provider that was asked (RFC 9207)'),
      of('SO-02', 'P0', 'A stolen code is of no use in another journey (PKCE, nonce)'),
      of('SO-03', 'P0', 'No page can make a member complete a journey that another client began'),
      of('SO-04', 'P0', 'A `requestId` opens nothing without the answer of the provider'),
      of('SO-05', 'P0', 'An ID token for another client, of another issuer or expired is refused'),
      of('SO-06', 'P0', 'An ID token needs a signature by a key that the provider publishes'),
      of('SO-07', 'P0', 'An answer and its nonce work once, for one request, for ten minutes'),
      of('SO-08', 'P0', 'Answers go only to a redirect URI that is on the list, letter by letter'),
      of('SO-09', 'P0', 'An account at a provider finds its member by provider and subject, never by an address'),
      of('SO-10', 'P0', 'An account at a provider belongs to one member, also of two requests at once'),
      of('SO-50', 'P0', 'At Apple, a secret of this service is signed, short-lived and for Apple alone'),
      of(
        'SO-51',
        'P0',
        'An answer that a provider posts goes to the redirect URI of its journey and opens nothing by itself',
      ),
      of('SO-52', 'P0', 'Refresh tokens of providers are encrypted in the database and never leave it'),
      of('SO-53', 'P0', 'Unlinking and erasing take the permission back at the provider, also after an outage'),
      of('SO-54', 'P0', 'A notice of a provider counts only if it is signed for this service and recent'),
      of('SO-55', 'P0', 'A notice counts once, and for a link that existed when it happened'),
      of('SO-56', 'P0', 'A notice unlinks the account or ends its sessions, is recorded and mailed to the member'),
      of('SO-57', 'P1', 'Linking an account again voids a revocation of it that is still queued'),
      of('SO-12', 'P0', '“It wasn’t me” unlinks what an intruder may have linked'),
      of('SO-13', 'P0', 'A member is mailed when an account at a provider is linked or unlinked'),
      of('SO-14', 'P0', 'The word of a provider for a mailbox counts only for domains that it is trusted with'),
      of('SO-15', 'P0', 'A sign-up with an address of another person gains nothing once its owner signs up by any way'),
      of('SO-16', 'P0', 'A sign-up with an account at a provider neither shows nor opens an account with its address'),
      of('SO-17', 'P0', 'An account at a provider makes one member, also from several browsers at once'),
      of('SO-18', 'P0', 'A `signUpId` works once, for thirty minutes, and only with the key of its client'),
      of('SO-19', 'P0', 'A subject that a provider uses again gets nothing of the member who had it'),
      of('SO-70', 'P0', 'The pages continue only a journey that their own tab has begun'),
      of('SO-71', 'P1', 'A journey keeps its language and the address that it leads back to'),
      of('SO-72', 'P0', 'Stand-ins for providers run in development alone, for this machine alone'),
      of('SO-73', 'P1', 'Without providers the pages have no button and load no script for them'),
      of('SO-74', 'P2', 'Buttons follow the branding rules of each provider'),
      of('SO-32', 'P0', 'A login at a provider confirms a session only if it happened for that, with a linked account'),
      of('SO-31', 'P0', 'A member keeps a password, a passkey that logs in alone, or a linked account'),
      of('SO-30', 'P0', 'No password logs in a member without one, and its answers are those of a wrong password'),
      of('SO-11', 'P1', 'A provider that is down stops its own way in and nothing else'),
    ],
  ],
  [
    'Attributes',
    [
      of('AT-01', 'P0', 'A member writes only attributes declared writable, and sees no hidden ones'),
      of(
        'AT-02',
        'P1',
        'The token hook overrides no registered claim, is never waited for inside a transaction, and fails as configured',
      ),
      of('AT-03', 'P1', 'Values fit their schema, are small and flat, and never make a token unusable'),
      of('AT-04', 'P1', 'A changed attribute is in the next access token'),
      of(
        'AT-05',
        'P1',
        'The token hook is asked after factors and risk; its refusal changes nothing and can be repeated',
      ),
    ],
  ],
  [
    'Mail texts of the operator',
    [
      of('AC-60', 'P1', 'Texts of the operator replace ours one by one, and what is missing falls back to ours'),
      of(
        'AC-61',
        'P1',
        'A server starts only with mail texts that show every code, link and placeholder and load nothing',
      ),
      of('AC-62', 'P1', 'Members get mails in languages that the operator added, and no mail mixes languages'),
      of('AC-63', 'P1', 'The preview of the console shows samples alone, and is off with the console'),
    ],
  ],
  [
    'Passkeys first',
    [
      of('AC-70', 'P1', 'The login form offers passkeys by autofill, and works as before where there are none'),
      of('AC-71', 'P1', 'A browser hears which passkeys work, and of none as unknown that the server knows'),
      of('AC-72', 'P0', 'Only configured apps and related sites use passkeys of the domain'),
      of('AC-73', 'P1', 'Well-known addresses give what is configured, and nothing of a request'),
    ],
  ],
  [
    'Consents',
    [
      of('CO-01', 'P0', 'No member is made without a consent to every required document in force'),
      of('CO-03', 'P0', 'A token for a consent completes that one login, once, and is good for nothing else'),
      of('CO-06', 'P1', 'A member gets everything held about them, after a recent login, and no secret'),
      of(
        'CO-07',
        'P1',
        'Members are reminded of a consent to advertising every two years, once, until they withdraw it',
      ),
      of('CO-05', 'P1', 'Members give and withdraw optional consents, and keep required ones'),
      of('CO-04', 'P0', 'From its date on, a new required version comes before the session at every door'),
      of(
        'CO-02',
        'P0',
        'The ledger is exact: version, document, time and address of each consent, once, and never changed',
      ),
    ],
  ],
  [
    'Faults',
    [
      of('FT-01', 'P0', 'A process killed at any moment loses no acknowledged write'),
      of('FT-02', 'P0', 'A mail around a kill arrives, at most twice for each kill, with one Message-ID'),
      of('FT-03', 'P0', 'A mail server that is away delays no request and loses no mail'),
      of('FT-04', 'P0', 'A slow or refusing mail server holds up no other mail and no database connection'),
      of('FT-05', 'P0', 'While the database is away answers are 503; the process stays up and recovers by itself'),
      of('FT-06', 'P1', 'A failover to a synchronous standby loses no acknowledged write'),
      of('FT-07', 'P1', 'A full disk gives 503 and recovers without manual work', {
        limits:
          'A full write-ahead log ends PostgreSQL, and token checks with it, until its supervisor restarts it. The tests fill real disks where root runs them on Linux.',
      }),
      of('FT-08', 'P1', 'A pool exhausted by locks refuses requests instead of hanging'),
      of('FT-09', 'P0', 'Overload is refused quickly, and admitted requests are served'),
      of('FT-10', 'P1', 'A process that is asked to stop finishes its work; replicas that start together migrate once'),
      of('FT-11', 'P1', 'Expiry follows the database’s clock'),
    ],
  ],
  [
    'Secrets, log, administration, replicas',
    [
      of('SL-01', 'P0', 'No secret in any log, and addresses masked'),
      of('SL-02', 'P0', 'A dump of the database opens nothing'),
      of('SL-03', 'P0', 'The server does not start with missing, weak or reused secrets, and does not print them'),
      of('SL-04', 'P1', 'Every event has an audit row; expired rows are purged; nothing internal is public by default'),
      of('AD-01', 'P0', 'Only administrators reach the administration, and lose access at once with the role'),
      of('AD-02', 'P0', 'An administrator can start a reset, and never sees or sets a password'),
      of('AD-03', 'P1', 'There is no default administrator, and the last one cannot disappear'),
      of('MI-01', 'P0', 'Any step of any journey may reach any replica'),
      of('MI-02', 'P0', 'Several senders share one outbox, and each mail goes out once'),
      of('MI-03', 'P1', 'Upgrades roll while requests run, and after a restore used secrets stay used', {
        limits: 'No test upgrades from an earlier release; migrations are written to work beside the previous version.',
      }),
    ],
  ],
];
