/** What a hash costs to make. */
export interface Argon2Parameters {
  readonly memoryKib: number;
  /** Passes over the memory. */
  readonly timeCost: number;
  /** Lanes. */
  readonly parallelism: number;
}

/** One implementation of argon2id (RFC 9106) version 19. Each reads the PHC strings that any other wrote. */
export interface Argon2Library {
  readonly name: string;
  hash(password: string, parameters: Argon2Parameters): Promise<string>;
  /** Computes whatever the string asks for: bounds are the caller's to check. */
  verify(hash: string, password: string): Promise<boolean>;
}

/** The number RFC 9106 gives argon2id, which both libraries use. */
const ARGON2ID = 2;

/** Written in Rust; chooses AVX2 or what else the processor has when it runs, which halves the time of a hash (ADR 0019). */
export async function nodeRsArgon2(): Promise<Argon2Library> {
  const { hash, verify } = await import('@node-rs/argon2');
  return {
    name: '@node-rs/argon2',
    hash: (password, { memoryKib, timeCost, parallelism }) =>
      hash(password, { algorithm: ARGON2ID, memoryCost: memoryKib, timeCost, parallelism }),
    verify: (stored, password) => verify(stored, password),
  };
}

/** The reference code in C, built for any processor of its kind; installs everywhere, from source if need be. */
export async function portableArgon2(): Promise<Argon2Library> {
  const { default: argon2 } = await import('argon2');
  return {
    name: 'argon2',
    hash: (password, { memoryKib, timeCost, parallelism }) =>
      argon2.hash(password, { type: ARGON2ID, memoryCost: memoryKib, timeCost, parallelism }),
    verify: (stored, password) => argon2.verify(stored, password),
  };
}

/** The first that loads: the faster one where it is installed (it is an optional dependency), else the portable one. */
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
