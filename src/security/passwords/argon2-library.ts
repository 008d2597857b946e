/** The cost of making one hash. */
export interface Argon2Parameters {
  readonly memoryKib: number;
  /** Passes over the memory. */
  readonly timeCost: number;
  /** Lanes. */
  readonly parallelism: number;
}

/**
 * One implementation of argon2id (RFC 9106) version 19. Each reads the PHC strings of the others.
 */
export interface Argon2Library {
  readonly name: string;
  /** @param salt random where absent */
  hash(password: string, parameters: Argon2Parameters, salt?: Buffer): Promise<string>;
  /** Computes with the cost that the string names: check its bounds before. */
  verify(hash: string, password: string): Promise<boolean>;
}

/** The number of argon2id in RFC 9106, which both libraries use. */
const ARGON2ID = 2;

/**
 * Written in Rust. It detects AVX2 and similar instructions at run time, which halves the time of a
 * hash (ADR 0019).
 */
export async function nodeRsArgon2(): Promise<Argon2Library> {
  const { hash, verify } = await import('@node-rs/argon2');
  return {
    name: '@node-rs/argon2',
    hash: (password, { memoryKib, timeCost, parallelism }, salt) =>
      hash(password, { algorithm: ARGON2ID, memoryCost: memoryKib, timeCost, parallelism, ...(salt && { salt }) }),
    verify: (stored, password) => verify(stored, password),
  };
}

/** The reference implementation in C. It installs everywhere, from source if necessary. */
export async function portableArgon2(): Promise<Argon2Library> {
  const { default: argon2 } = await import('argon2');
  return {
    name: 'argon2',
    hash: (password, { memoryKib, timeCost, parallelism }, salt) =>
      argon2.hash(password, { type: ARGON2ID, memoryCost: memoryKib, timeCost, parallelism, ...(salt && { salt }) }),
    verify: (stored, password) => argon2.verify(stored, password),
  };
}

/**
 * Loads the first library that works: the faster one where this optional dependency is installed,
 * else the portable one.
 */
export async function argon2Library(
  [first, ...others] = [nodeRsArgon2, portableArgon2] as (() => Promise<Argon2Library>)[],
): Promise<Argon2Library> {
  try {
    return await first!();
  } catch (error) {
    if (others.length === 0) throw error;
    return argon2Library(others);
  }
}
