import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { readText } from './file-text.js';
import { prepareRow } from './import-rules.js';
import { readerOf, type SourceName } from './sources/index.js';

const directory = mkdtempSync(path.join(tmpdir(), 'import-'));
afterAll(() => rmSync(directory, { recursive: true }));

const rules = {
  source: 'test',
  defaultLocale: 'en',
  trustsAddresses: true,
  acceptHash: (hash: string) =>
    hash.startsWith('$argon2id$') ? { stored: hash } : { refused: 'the hash is not known' },
} as const;

interface Outcome {
  /** Addresses of the accounts that can be imported. */
  good: string[];
  /** Line and reason of the others. */
  bad: string[];
  /** Why the file as a whole is refused. */
  stopped?: string;
}

async function readFile(source: SourceName, content: string | Buffer, name = 'file'): Promise<Outcome> {
  const file = path.join(directory, name);
  writeFileSync(file, content);
  const outcome: Outcome = { good: [], bad: [] };
  const text = readText(file, () => undefined);
  try {
    for await (const entry of readerOf(source, name)(text, { columns: new Map() })) {
      const prepared = 'row' in entry ? prepareRow(entry.row, rules) : entry.problem;
      if (typeof prepared === 'string') outcome.bad.push(`${entry.line}: ${prepared}`);
      else outcome.good.push(prepared.profile.email);
    }
  } catch (error) {
    outcome.stopped = (error as Error).message.replace(`${file}: `, '');
  }
  return outcome;
}

const jsonl = (...values: unknown[]) => values.map((value) => JSON.stringify(value)).join('\n');
const [ada, bob] = [{ email: 'ada@example.com' }, { email: 'bob@example.com' }];
const both = ['ada@example.com', 'bob@example.com'];
const django = (...users: object[]) => JSON.stringify(users.map((fields) => ({ model: 'auth.user', pk: 1, fields })));
const LONG = 'x'.repeat(10_000_000);

/** Each row: what is wrong, the source, the file, and what becomes of its accounts. */
const FILES: [string, SourceName, string | Buffer, Outcome][] = [
  ['nothing is wrong', 'jsonl', jsonl(ada, bob), { good: both, bad: [] }],
  ['the file is empty', 'jsonl', '', { good: [], bad: [], stopped: 'the file is empty.' }],
  [
    'arrays in an array',
    'django',
    `[${django(ada)},\n${django(bob)}]`,
    { good: [], bad: ['1: not a JSON object', '2: not a JSON object'] },
  ],
  [
    'a text in an array',
    'django',
    `["ada, {bob}",${django(bob).slice(1)}`,
    { good: ['bob@example.com'], bad: ['1: not a JSON object'] },
  ],
  [
    'two files in one',
    'django',
    `${django(ada)}\n${django(bob)}`,
    { good: ['ada@example.com'], bad: ['2: the file goes on after its JSON value'] },
  ],
  [
    'two files with a key in one',
    'keycloak',
    '{"users":[]}{"users":[]}',
    { good: [], bad: ['1: the file goes on after its JSON value'] },
  ],
  ['the file has only blank lines', 'jsonl', '\n\n', { good: [], bad: [] }],
  ['a byte order mark', 'jsonl', `\ufeff${jsonl(ada)}`, { good: ['ada@example.com'], bad: [] }],
  ['a byte order mark in a CSV', 'csv', '\ufeffemail\nada@example.com\n', { good: ['ada@example.com'], bad: [] }],
  ['Windows line ends', 'jsonl', `${jsonl(ada)}\r\n${jsonl(bob)}\r\n`, { good: both, bad: [] }],
  ['Windows line ends in a CSV', 'csv', 'email\r\nada@example.com\r\nbob@example.com\r\n', { good: both, bad: [] }],
  [
    'UTF-16',
    'jsonl',
    Buffer.from(`\ufeff${jsonl(ada)}`, 'utf16le'),
    { good: [], bad: [], stopped: 'the file is UTF-16. Save it as UTF-8.' },
  ],
  [
    'a line in Latin-1',
    'jsonl',
    Buffer.concat([Buffer.from('{"email":"ada@example.com","name":"Ad\xe9"}\n', 'latin1'), Buffer.from(jsonl(bob))]),
    { good: ['bob@example.com'], bad: ['1: not valid UTF-8, or contains U+FFFD'] },
  ],
  [
    'a cell in EUC-KR',
    'csv',
    Buffer.concat([
      Buffer.from('email,name\nada@example.com,'),
      Buffer.from([0xb1, 0xe8]),
      Buffer.from('\nbob@example.com,B'),
    ]),
    { good: ['bob@example.com'], bad: ['2: not valid UTF-8, or contains U+FFFD'] },
  ],
  [
    'a NUL',
    'csv',
    'email,name\nada@example.com,A\0\nbob@example.com,B',
    { good: ['bob@example.com'], bad: ['2: contains a NUL character'] },
  ],
  [
    'an escaped NUL',
    'jsonl',
    `{"email":"ada@example.com","name":"\\u0000"}\n${jsonl(bob)}`,
    { good: ['bob@example.com'], bad: ['1: contains a NUL character'] },
  ],
  [
    'duplicate headers',
    'csv',
    'email,name,email\na@example.com,A,b@example.com',
    { good: [], bad: [], stopped: 'The header has the column "email" twice.' },
  ],
  [
    'a missing column',
    'spring',
    'username,email\nada,ada@example.com',
    { good: [], bad: [], stopped: 'The header has no column password, enabled.' },
  ],
  [
    'a row with too many cells',
    'csv',
    'email,name\nada@example.com,A,B\nbob@example.com,B',
    { good: ['bob@example.com'], bad: ['2: 3 cells, but the header has 2 columns'] },
  ],
  [
    'a row with too few cells',
    'csv',
    'email,name\nada@example.com\nbob@example.com,B',
    { good: ['bob@example.com'], bad: ['2: 1 cells, but the header has 2 columns'] },
  ],
  [
    'a quote that is never closed',
    'csv',
    'email,name\nbob@example.com,B\nada@example.com,"A\n',
    { good: ['bob@example.com'], bad: ['3: a quote is not closed before the file ends'] },
  ],
  [
    'a cell of 10 MB',
    'csv',
    `email,name\nbob@example.com,B\nada@example.com,"${LONG}"\nada@example.com,A\n`,
    {
      good: ['bob@example.com'],
      bad: [],
      stopped: 'An entry before line 3 is longer than 1000000 characters, perhaps for a quote that is not closed.',
    },
  ],
  [
    'a misplaced quote, after which a quoted cell ends the entry',
    'csv',
    'email,name\nbob@example.com,B\nada@example.com,"Ada"B\nx@example.com,X\ny@example.com,"Y"\n',
    {
      good: ['bob@example.com'],
      bad: [
        '3: quotes inside a cell must be doubled',
        '5: quotes inside a cell must be doubled; lines 4 to 5 were not read',
      ],
    },
  ],
  ['two kinds of line ends', 'csv', 'email\r\nada@example.com\nbob@example.com\n', { good: both, bad: [] }],
  [
    'a line of 10 MB',
    'jsonl',
    `{"email":"ada@example.com","name":"${LONG}"}\n${jsonl(bob)}`,
    { good: ['bob@example.com'], bad: ['1: longer than 1000000 characters'] },
  ],
  [
    'an object of 10 MB',
    'django',
    `[{"x":"${LONG}"},${django({ username: 'bob1', ...bob }).slice(1)}`,
    { good: ['bob@example.com'], bad: ['1: longer than 1000000 characters'] },
  ],
  [
    'half a JSON',
    'django',
    django({ username: 'bob1', ...bob }, { username: 'ada1', ...ada }).slice(0, -20),
    { good: ['bob@example.com'], bad: ['1: the file ends in the middle of the JSON'] },
  ],
  ['half a line', 'jsonl', `${jsonl(bob)}\n{"email":"ada`, { good: ['bob@example.com'], bad: ['2: not valid JSON'] }],
  [
    'a broken object between others',
    'django',
    `[{"model":"auth.user","pk":1,"fields":{"email":ada}},\n${django({ username: 'bob1', ...bob }).slice(1)}`,
    { good: ['bob@example.com'], bad: ['1: not valid JSON'] },
  ],
  [
    'a number in the array',
    'django',
    `[7,${django({ username: 'bob1', ...bob }).slice(1)}`,
    { good: ['bob@example.com'], bad: ['1: not a JSON object'] },
  ],
  [
    'JSON of another kind',
    'keycloak',
    '{"realm":"x","clients":[{"id":"1"}]}',
    { good: [], bad: ['1: the file has no JSON array "users"'] },
  ],
  [
    'CSV where JSON is expected',
    'django',
    'username,password\nada,x',
    { good: [], bad: ['1: the file has no JSON array'] },
  ],
  [
    'an unknown hasher',
    'jsonl',
    jsonl({ ...ada, passwordHash: 'crypt7$x' }, bob),
    { good: ['bob@example.com'], bad: ['1: the hash is not known'] },
  ],
  [
    'no address',
    'jsonl',
    jsonl({ loginId: 'ada.l' }, bob),
    { good: ['bob@example.com'], bad: ['1: has no mail address'] },
  ],
  [
    'an address that is none',
    'jsonl',
    jsonl({ email: 'ada@' }, bob),
    { good: ['bob@example.com'], bad: ['1: the mail address is not valid'] },
  ],
  [
    'an unverified address',
    'jsonl',
    jsonl({ ...ada, emailVerified: false }, bob),
    { good: ['bob@example.com'], bad: ['1: the mail address is not verified, and there is no password'] },
  ],
  [
    'a login ID that sign-up refuses',
    'jsonl',
    jsonl({ ...ada, loginId: 'a b' }, bob),
    { good: ['bob@example.com'], bad: ['1: the login ID is not valid'] },
  ],
  [
    'a reserved login ID',
    'jsonl',
    jsonl({ ...ada, loginId: 'Adm1n' }, bob),
    { good: ['bob@example.com'], bad: ['1: the login ID is reserved'] },
  ],
  [
    'a time that is none',
    'jsonl',
    jsonl({ ...ada, createdAt: 'yesterday' }, bob),
    { good: ['bob@example.com'], bad: ['1: a time is not valid'] },
  ],
  [
    'an authenticator secret that is none',
    'jsonl',
    jsonl({ ...ada, totpSecret: '1' }, bob),
    { good: ['bob@example.com'], bad: ['1: the authenticator secret is not base32'] },
  ],
];

describe('a malformed file', () => {
  it.each(FILES)('IM-15 costs only the accounts it spoils: %s', async (_name, source, content, expected) => {
    expect(await readFile(source, content)).toEqual(expected);
  });

  it('IM-15 that is missing is refused with its path and the reason', async () => {
    const reading = readText(path.join(directory, 'none'), () => undefined).next();
    await expect(reading).rejects.toThrow(/none: cannot be read: ENOENT/);
  });
});
