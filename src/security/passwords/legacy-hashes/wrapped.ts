import { argon2Library } from '../argon2-library.js';
import { isVerifiable } from '../password-hasher.js';
import { bytesOf, phcBase64 } from './encodings.js';
import { readFastFormula } from './fast-formula.js';
import { refuse, type LegacyReader } from './legacy-hash.js';

/** A fast hash of another system. */
export interface FastHash {
  readonly formula: string;
  readonly salt: Buffer;
  readonly digest: Buffer;
}

/**
 * Hashes a fast hash with argon2id, so that an attacker with a copy of the table needs as long for
 * each guess as with plain argon2id (OWASP Password Storage Cheat Sheet, "Upgrading Legacy Hashes").
 * @param hash makes an argon2id hash as a PHC string
 * @returns what {@link readWrapped} reads
 */
export async function wrap(
  { formula, salt, digest }: FastHash,
  hash: (text: string) => Promise<string>,
): Promise<string> {
  const [, , , costs, ...bytes] = (await hash(digest.toString('hex'))).split('$');
  const digests = readFastFormula(formula)!.digests;
  return `$wrapped$${costs},f=${digests}$${[...bytes, formula, phcBase64(salt)].join('$')}`;
}

const WRAPPED = /^\$wrapped\$([mtp=,\d]{11,40}),f=(\d{1,4})\$([\w+/]+)\$([\w+/]+)\$([^$]+)\$([\w+/]*)$/;

/** @returns the argon2id hash around a fast hash, as a PHC string; null for text of another form */
export function outerHashOf(text: string): string | null {
  const [, costs, , salt, tag] = WRAPPED.exec(text) ?? [];
  return costs === undefined ? null : `$argon2id$v=19$${costs}$${salt}$${tag}`;
}

/** A fast hash within argon2id. `f` in its kind is the number of fast digests. */
export const readWrapped: LegacyReader = (text) => {
  const outer = outerHashOf(text);
  if (outer === null) return null;
  const [, costs, digests, , , formulaText, saltText] = WRAPPED.exec(text)!;
  const [formula, salt] = [readFastFormula(formulaText!), bytesOf(saltText!)];
  if (formula === null || formula.digests !== Number(digests) || salt === null || !isVerifiable(outer))
    return refuse('argon2id of a fast hash', 'is malformed');
  return {
    stored: text,
    kind: `$wrapped$${costs},f=${digests}`,
    verify: async (password) => {
      const digest = formula.compute(password, salt).toString('hex');
      return (await argon2Library()).verify(outer, digest);
    },
  };
};
