import { count, natural, wholeNumberBetween } from './setting-types.js';

/** Which passwords are accepted, and their hashes. */
export const PASSWORDS_ENVIRONMENT = {
  PASSWORD_MIN_LENGTH: wholeNumberBetween(
    8,
    64,
  )({
    default: 8,
    desc: 'shortest password in characters; 8 to 64',
  }),
  PASSWORD_MIN_SCORE: wholeNumberBetween(
    0,
    4,
  )({
    default: 2,
    desc: 'lowest accepted strength, 0 to 4 (zxcvbn); 2: about 10^8 guesses',
  }),
  ARGON2_MEMORY_KIB: wholeNumberBetween(
    8,
    1_048_576,
  )({
    default: 19_456,
    desc: "memory of argon2id in KiB; at least OWASP's 19456",
  }),
  ARGON2_TIME_COST: wholeNumberBetween(
    1,
    20,
  )({
    default: 2,
    desc: 'passes of argon2id; at least 2',
  }),
  ARGON2_PARALLELISM: wholeNumberBetween(1, 16)({ default: 1, desc: 'lanes of argon2id' }),
  HASH_CONCURRENCY: natural({ default: 0, desc: 'password hashes that run at once; 0 means one per core' }),
  HASH_QUEUE_LIMIT: count({ default: 128, desc: 'password hashes that may wait; beyond them 503 overloaded' }),
};
