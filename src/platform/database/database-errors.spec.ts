import { describe, expect, it } from '@jest/globals';
import { describeRefusal, isDatabaseUnavailable } from './database-errors.js';

describe('a database that cannot be used', () => {
  it.each([
    ['password authentication failed for user "munjigi"', 'Correct the user or the password in DATABASE_URL.'],
    ['SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a string', 'Add the password of the user'],
    ['database "accounts" does not exist', 'Create the database, or correct its name in DATABASE_URL.'],
    ['role "munjigi" does not exist', 'Create the role, or correct the user in DATABASE_URL.'],
    ['no pg_hba.conf entry for host "10.0.0.1", user "munjigi", no encryption', 'Allow this user and address'],
    ['The server does not support SSL connections', 'Correct sslmode and sslrootcert in DATABASE_URL.'],
    ['unsupported startup parameter: statement_timeout', 'Through PgBouncer, also set DATABASE_DIRECT_URL'],
    ['unrecognized configuration parameter "idle_session_timeout"', 'Remove it from ?options in DATABASE_URL, or use'],
    ['getaddrinfo ENOTFOUND db', 'Correct the host in DATABASE_URL.'],
    ['getaddrinfo ENOTFOUND tls-db', 'Correct the host in DATABASE_URL.'],
    ['getaddrinfo EAI_AGAIN certificates.example', 'Correct the host in DATABASE_URL.'],
    ['connect ENOENT /run/ssl/.s.PGSQL.5432', 'Start PostgreSQL, or correct host and port in DATABASE_URL.'],
    ['self-signed certificate in certificate chain', 'Correct sslmode and sslrootcert in DATABASE_URL.'],
    ['the database system is starting up', 'PostgreSQL is about to be ready.'],
    ['the database system is shutting down', 'Start PostgreSQL again, unless it is being restarted.'],
    ['timeout exceeded when trying to connect', 'Check host and port in DATABASE_URL, and firewalls'],
    [`ENOENT: no such file or directory, open '/no/ca.pem'`, 'Correct sslmode and sslrootcert in DATABASE_URL.'],
    ['something new', 'Check the URL in DATABASE_URL.'],
  ])('is described on one line, with its remedy: %s', (reason, remedy) => {
    const text = describeRefusal(new Error(reason));
    expect(text).toBe(text.split('\n')[0]);
    expect(text).toContain(`The database of DATABASE_URL cannot be used: ${reason}. ${remedy}`);
  });

  it('is worth waiting for where the connection failed, not where a file is missing', () => {
    const failure = (syscall: string) => Object.assign(new Error('no such file'), { code: 'ENOENT', syscall });
    expect([failure('connect'), failure('open'), new Error('timeout expired')].map(isDatabaseUnavailable)).toEqual([
      true,
      false,
      true,
    ]);
  });

  it('is worth waiting for where a transaction took longer than PostgreSQL 17 lets it', () => {
    expect(isDatabaseUnavailable(Object.assign(new Error('terminating connection'), { code: '25P04' }))).toBe(true);
  });

  it('has a reason where several addresses were tried, and the setting of its URL', () => {
    const error = new AggregateError([new Error('connect ECONNREFUSED ::1:5432')], '');
    expect(describeRefusal(error, 'DATABASE_REPLICA_URL')).toBe(
      'The database of DATABASE_REPLICA_URL cannot be used: connect ECONNREFUSED ::1:5432. Start PostgreSQL, or correct host and port in DATABASE_REPLICA_URL.',
    );
  });
});
