/**
 * The variables that any program needs. The server gets them from the environment of the tests. None
 * of them is a setting of the server, so tests run with the same settings on each machine.
 */
const PASSED_ON = ['PATH', 'HOME', 'TMPDIR', 'TEMP', 'TMP', 'SYSTEMROOT', 'SystemRoot', 'TZ', 'NODE_COMPILE_CACHE'];

/**
 * Certificates of a private authority, which DATABASE_URL or SMTP_URL may need. Other runs leave them out:
 * Node.js reads them at each start, which can take longer than the rest of the start.
 */
const CERTIFICATES = 'NODE_EXTRA_CA_CERTS';

/**
 * Sixty-four characters, the same in each run, so that a test can make tokens with it. Good for
 * tests only.
 */
export const TEST_SECRET = 'q7Zt1vXo9LrKc3WmEy5HsBn8DaUf2GjPi6TxRwVk4CzNb0QhYeMlSdFgOuJpA1Xw';

/** The beginning of mailed links in tests; the real port differs in each run. */
export const TEST_PUBLIC_URL = 'http://localhost:3000';

/** For a test whose subject is the password hash or its time: the cost that production has. */
export const REAL_HASH_COST = { ARGON2_MEMORY_KIB: undefined, ARGON2_TIME_COST: undefined };

/** The least that argon2id computes. Only a server with NODE_ENV=test accepts it. */
const CHEAP_HASHES = { ARGON2_MEMORY_KIB: '8', ARGON2_TIME_COST: '1' };

/** The whole environment of a server under test; `overrides` win. */
export function serverEnvironment(overrides: Record<string, string | undefined> = {}): NodeJS.ProcessEnv {
  const names = process.env.DATABASE_URL || process.env.SMTP_URL ? [...PASSED_ON, CERTIFICATES] : PASSED_ON;
  const passedOn = Object.fromEntries(names.map((name) => [name, process.env[name]]));
  return {
    ...passedOn,
    NODE_ENV: 'test',
    // A line for each request is an eighth of the processor time of a test. Tests that read these lines set LOG_LEVEL.
    LOG_LEVEL: 'warn',
    HOST: '127.0.0.1',
    PORT: '0',
    PUBLIC_URL: TEST_PUBLIC_URL,
    SECRET: TEST_SECRET,
    SMTP_URL: process.env.TEST_SMTP_URL,
    MAIL_FROM: 'Munjigi <no-reply@munjigi.test>',
    // Long, so that a busy machine does not cause 503. Tests of timeouts set their own.
    DATABASE_TIMEOUT_SECONDS: '20',
    DATABASE_POOL_WAIT_MS: '20000',
    SHUTDOWN_TIMEOUT_SECONDS: '55',
    // The tests act as a reverse proxy: each client sends its own address in X-Forwarded-For.
    TRUSTED_PROXIES: '1',
    ...((overrides.NODE_ENV ?? 'test') === 'test' && CHEAP_HASHES),
    ...overrides,
  };
}
