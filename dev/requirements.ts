/** One thing the service promises, and that can be shown from outside. */
export interface Requirement {
  readonly id: string;
  /** P0 blocks a release, P1 is high, P2 medium. */
  readonly severity: 'P0' | 'P1' | 'P2';
  readonly statement: string;
  /** Why no test shows it; used while no title of a test names the id. */
  readonly untested?: string;
  /** What its tests leave unshown. */
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

/** The requirements, in families. `npm run docs` makes build/docs/requirements.md from them and from the titles of the tests. */
export const REQUIREMENTS: readonly (readonly [family: string, rows: readonly Requirement[]])[] = [
  [
    'Nobody learns who has an account',
    [
      of(
        'EN-01',
        'P0',
        'A request for a reset or for the login ID is answered alike for every state of an account, and for none',
      ),
      of('EN-02', 'P1', 'The wait between two mails is the same for known and unknown addresses'),
      of('EN-03', 'P1', 'A mail server that fails or hangs changes no answer'),
      of(
        'EN-04',
        'P1',
        'Signing up on a taken address is answered as for a new one; its owner is told by mail, within limits',
      ),
      of(
        'EN-05',
        'P0',
        'A refused login is one 401 whatever the reason; the state of an account shows after the right password alone',
      ),
      of('EN-06', 'P1', 'Known and unknown cost the same time, for login, recovery and sign-up', {
        limits: 'In `npm test` with few samples and wide bounds; with 2,000 pairs each in the long form of that test.',
      }),
      of(
        'EN-07',
        'P1',
        'A wrong code for an unknown address fares as for a known one; a pair of login ID and address is never confirmed',
      ),
    ],
  ],
  [
    'Guessing gets nobody anywhere',
    [
      of(
        'BF-01',
        'P0',
        'Failed logins are counted by account, wherever they come from; waits grow, and at a hundred they do not end by themselves',
      ),
      of(
        'BF-02',
        'P0',
        'Headers that claim another client address are believed from configured proxies only; IPv6 counts by /64',
      ),
      of('BF-03', 'P0', 'Many guesses at once get no more than one after the other'),
      of('BF-04', 'P1', 'An attacker cannot lock the owner out: sessions, known devices and the reset by mail go on'),
      of('BF-05', 'P1', 'A success clears that account’s counter and no other'),
      of('BF-06', 'P1', 'One password tried on many accounts runs into the limit of the client address'),
      of('BF-07', 'P0', 'Five guesses a code, fifty a day and address over all its codes; a new code refills nothing'),
      of(
        'BF-08',
        'P1',
        'Nobody’s mailbox can be flooded: one mail a minute and five an hour over all kinds and spellings',
      ),
    ],
  ],
  [
    'Tokens',
    [
      of(
        'TK-01',
        'P0',
        'The algorithm is ours to choose: none, confusion of algorithms and empty signatures are refused',
      ),
      of('TK-02', 'P0', 'Keys that a token’s header brings or points to are ignored, and nothing is fetched'),
      of('TK-03', 'P0', 'Every claim is checked, by value and by type'),
      of('TK-04', 'P0', 'A token opens what it was made for and nothing else'),
      of('TK-05', 'P1', 'Nothing lives longer than it should, and production refuses longer lives'),
      of(
        'TK-06',
        'P0',
        'Refresh tokens rotate; a replay within the grace gets the same successor, a later one ends the session and tells the owner',
      ),
      of('TK-07', 'P0', 'Reuse is noticed across restarts of every process', {
        limits: 'The servers are restarted in the tests, PostgreSQL in the tests of faults.',
      }),
      of('TK-08', 'P0', 'A reset works once, for one member, and dies with the password it was for'),
      of('TK-09', 'P0', 'What ends a session ends its access tokens on every replica within a second'),
      of('TK-10', 'P1', 'Secrets hold 128 random bits or more; tokens name their owner by id alone'),
      of('TK-11', 'P1', 'Keys can be replaced while tokens of the old one live; a key taken away opens nothing'),
    ],
  ],
  [
    'Codes, links and the second factor',
    [
      of('OC-01', 'P1', 'Codes are uniform, leading zeros included'),
      of(
        'OC-02',
        'P0',
        'A code works once, for ten minutes of the database’s time, until a newer one replaces it or five guesses are gone',
      ),
      of('OC-03', 'P0', 'A code is good for its purpose, account and address'),
      of('OC-04', 'P0', 'A code field takes six ASCII digits and counts one guess'),
      of('OC-05', 'P0', 'Opening a mailed link changes nothing: only a POST does'),
      of('OC-06', 'P0', 'A proof confirms the address it was mailed to'),
      of('OC-07', 'P0', 'A TOTP step is accepted once, one step either way; a confirmed app is not overwritten'),
      of('OC-08', 'P1', 'Ten recovery codes of 80 bits, stored as digests, good once; a new set kills the old one'),
      of('OC-09', 'P0', 'A reset neither logs in nor skips the second factor'),
      of('OC-10', 'P0', 'Between password and second factor nothing is open; five tries over all logins under way'),
    ],
  ],
  [
    'Passwords',
    [
      of(
        'PW-01',
        'P1',
        'One policy wherever a password is set: least length, strength, 128 code points at most, judged before it is hashed',
      ),
      of('PW-02', 'P0', 'Every character counts: nothing is trimmed, cut off or folded'),
      of('PW-03', 'P1', 'A password typed composed or decomposed is one password; lookalikes are not'),
      of('PW-04', 'P1', 'Common passwords and those made of the member’s own names are refused, and told why'),
      of(
        'PW-05',
        'P0',
        'Changing it needs the current one, ends the other sessions, voids what was open and is mailed',
      ),
      of(
        'PW-06',
        'P1',
        'Stored as argon2id of OWASP’s strength or more, raised at login; a row with absurd costs is refused fast',
      ),
      of('PW-07', 'P1', 'Secrets in a URL are refused and not logged'),
    ],
  ],
  [
    'Sessions and devices',
    [
      of('SS-01', 'P0', 'Logging out ends access and refresh token at once, and may be said again'),
      of('SS-02', 'P0', 'Members see and end their own sessions, and nobody else’s'),
      of('SS-03', 'P1', 'A login begins a session of its own, whatever the client brings'),
      of('SS-04', 'P2', 'No more sessions than configured, also with many logins at once'),
      of('SS-05', 'P0', 'Signing up with somebody else’s address first gains nothing'),
      of(
        'SS-06',
        'P1',
        'A suspicious login is mailed to the owner, once for each device, with nothing dangerous in the mail',
      ),
      of(
        'SS-07',
        'P0',
        'Changing the address or the second factor needs a recent login; the old address is told and can undo it',
      ),
    ],
  ],
  [
    'HTTP',
    [
      of('TR-01', 'P0', 'Mailed links begin with the configured address, whatever a request claims'),
      of('TR-02', 'P1', 'Nothing is redirected to an address that a request names', {
        untested:
          'No operation takes an address to redirect or call back to: an unknown field answers 422 (IV-03), a query on a write 400 (PW-07).',
      }),
      of('TR-03', 'P1', 'Other origins call with credentials only where an exact list names them'),
      of('TR-04', 'P0', 'Bodies are JSON and say so; with cookies the origin is checked'),
      of('TR-05', 'P2', 'Every answer carries the security headers and no version'),
      of('TR-06', 'P0', 'Another way to write a path or a method skips no check'),
      of('TR-07', 'P1', 'What is hardly HTTP, or comes a byte at a time, is cut off and keeps nobody waiting'),
    ],
  ],
  [
    'Mail',
    [
      of('ML-01', 'P0', 'One recipient, and no header that somebody’s text put there'),
      of('ML-02', 'P0', 'Mail goes to the stored address, never to what was typed'),
      of('ML-03', 'P0', 'One address, not a list of them'),
      of('ML-04', 'P1', 'Addresses are plain, within the limits of length, and cheap to refuse'),
      of(
        'ML-05',
        'P1',
        'Names are shown as the text that they are, in HTML and in plain text; nothing is loaded from elsewhere',
      ),
      of(
        'ML-06',
        'P1',
        'No password, no code in the subject; when, from where and how long; one Message-ID for each row',
      ),
      of('ML-07', 'P1', 'Every change to an account’s security is told by mail; TLS is not dropped silently'),
    ],
  ],
  [
    'Input',
    [
      of('IV-01', 'P1', 'Anything of the wrong kind is a refusal, in every field of every operation'),
      of('IV-02', 'P1', 'Text that is none, or that cannot be seen, is refused before the database sees it'),
      of('IV-03', 'P0', 'Fields nobody asked for are refused and change nothing'),
      of('IV-04', 'P1', 'Large, compressed and endless requests are refused unread'),
      of('IV-05', 'P0', 'Text that means something to a database, a log or a template is text'),
      of(
        'IV-06',
        'P0',
        'One member for each address and login ID, however they are spelt; reserved and confusable ones are refused',
      ),
      of('IV-07', 'P2', 'Every refusal is a problem document with a stable code and nothing of our insides'),
    ],
  ],
  [
    'At the same moment',
    [
      of('CC-01', 'P0', 'Of many right submissions of one secret one succeeds, and what it set is what counts'),
      of(
        'CC-02',
        'P0',
        'Of many wrong guesses no more are looked at than the limit says, and the right one then comes too late',
      ),
      of(
        'CC-03',
        'P0',
        'Of many refreshes with one token one rotates and the rest get its successor; the session lives',
      ),
      of(
        'CC-04',
        'P0',
        'What a refresh or a login won against a logout, a closing or a reset is dead once that is acknowledged',
      ),
      of('CC-05', 'P0', 'Many sign-ups of one address or login ID make one member, and are answered alike'),
      of(
        'CC-06',
        'P1',
        'Of many password changes one succeeds; no login gets past a second factor that has been switched on',
      ),
      of('CC-07', 'P0', 'An account that is being made lets nobody in'),
      of('CC-08', 'P1', 'Everything at once on one account: no deadlock, no fault, and answers within two seconds'),
    ],
  ],
  [
    'Faults',
    [
      of('FT-01', 'P0', 'A process killed at any moment loses nothing that was acknowledged'),
      of('FT-02', 'P0', 'Killed around a mail, it arrives; at most twice for each kill, with one Message-ID'),
      of('FT-03', 'P0', 'A mail server that is away holds up no request and loses no mail'),
      of('FT-04', 'P0', 'A mail server that is slow or refuses holds up no other mail and no database connection'),
      of('FT-05', 'P0', 'A database that is away is a 503 and no crash, and comes back by itself'),
      of('FT-06', 'P1', 'A failover to a synchronous standby loses nothing acknowledged'),
      of('FT-07', 'P1', 'A full disk is a 503 and heals without hand work', {
        limits:
          'A full write-ahead log ends PostgreSQL itself, and checks of tokens with it; it has to be started again, which systemd and container runtimes do. Disks are really filled where root runs the tests on Linux.',
      }),
      of('FT-08', 'P1', 'A pool exhausted by locks sheds requests instead of hanging'),
      of('FT-09', 'P0', 'Overload is refused quickly, and what is admitted is served'),
      of('FT-10', 'P1', 'Asked to end, it finishes what it began; replicas that start together migrate once'),
      of('FT-11', 'P1', 'Expiry follows the database’s clock'),
    ],
  ],
  [
    'Secrets, log, administration, replicas',
    [
      of('SL-01', 'P0', 'No secret in any log, and addresses masked'),
      of('SL-02', 'P0', 'A dump of the database opens nothing'),
      of('SL-03', 'P0', 'It does not start with missing, weak or reused secrets, and does not repeat them'),
      of(
        'SL-04',
        'P1',
        'An audit row for every event; what has expired is purged; nothing internal is public by default',
      ),
      of('AD-01', 'P0', 'Administration is for admins, at once no more for those who are none'),
      of('AD-02', 'P0', 'An admin starts a reset and never sees or sets a password'),
      of('AD-03', 'P1', 'No admin by default, and the last one cannot vanish'),
      of('MI-01', 'P0', 'Any step of any journey may reach any replica'),
      of('MI-02', 'P0', 'Several senders empty one outbox, each mail once'),
      of('MI-03', 'P1', 'Upgrades roll while requests run, and a restored backup keeps used secrets used', {
        limits:
          'There is no earlier release to upgrade from yet; migrations are written to work beside the previous version.',
      }),
    ],
  ],
];
