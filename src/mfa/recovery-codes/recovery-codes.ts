import { randomBytes } from 'node:crypto';
import { foldTypedCode } from '../../platform/text/typed-text.js';

const CODES = 10;
const CODE_BYTES = 10;
/** Crockford's alphabet, without letters that look like digits. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

/** Ten codes of 80 random bits, in four groups of four. */
export function newRecoveryCodes(): string[] {
  return Array.from({ length: CODES }, () => {
    const bits = BigInt(`0x${randomBytes(CODE_BYTES).toString('hex')}`);
    const characters = Array.from({ length: 16 }, (_, index) => ALPHABET[Number((bits >> BigInt(5 * index)) & 31n)]);
    return characters.join('').replace(/(.{4})(?=.)/g, '$1-');
  });
}

/**
 * The form in which codes are compared.
 * @returns null for input that cannot be a recovery code
 */
export function normaliseRecoveryCode(input: string): string | null {
  const bare = foldTypedCode(input).toLowerCase().replaceAll('o', '0').replace(/[il]/g, '1');
  return new RegExp(`^[${ALPHABET}]{16}$`).test(bare) ? bare : null;
}
