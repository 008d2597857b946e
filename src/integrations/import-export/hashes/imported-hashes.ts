import { randomBytes } from 'node:crypto';
import { FieldCipher } from '../../../platform/crypto/field-cipher.js';
import { firebaseForm, type FirebaseParameters } from '../../../security/passwords/legacy-hashes/firebase.js';
import type { RefusedHash } from '../../../security/passwords/legacy-hashes/legacy-hash.js';
import { parseLegacyHash } from '../../../security/passwords/legacy-hashes/parse-legacy-hash.js';
import { outerHashOf, wrap, type FastHash } from '../../../security/passwords/legacy-hashes/wrapped.js';
import { isVerifiable, type PasswordHasher } from '../../../security/passwords/password-hasher.js';
import type { AcceptedHash } from '../import-rules.js';
import { KNOWN_TEMPLATES, type HashTemplate } from './hash-template.js';
import { readLdapHash } from './ldap-hash.js';

/** What an operator states about the hashes of a file. */
export interface HashOptions {
  readonly template?: HashTemplate | null;
  readonly firebase?: FirebaseParameters | null;
  /** Whether passwords that Spring marks `{noop}` are taken. */
  readonly acceptsPlain?: boolean;
}

/** The beginning of a staged value that is hashed right before its member is added. */
export const UNFINISHED = '$unfinished$';
const CONTEXT = 'import';

/** What {@link ImportedHashes.finish} hashes. Bytes are hexadecimal digits. */
type UnfinishedValue = { readonly password: string } | Readonly<Record<keyof FastHash, string>>;

/** Schemes that a refusal may name. Any other word at the beginning of a hash may be a salt, or part of a password. */
const UNSUPPORTED_SCHEMES: ReadonlySet<string> = new Set([
  ...['apr1', 'crypt', 'lm', 'md4', 'md5', 'nt', 'ntlm', 'pbkdf2', 'scrypt', 'sha', 'sha1', 'sha256', 'sha512'],
  ...['smd5', 'ssha', 'ssha256', 'ssha512', 'unsalted_md5', 'unsalted_sha1', 'whirlpool'],
]);

/**
 * Decides in which form the hash of another system is stored. Slow hashes keep their scheme. Fast
 * hashes and passwords are hashed with argon2id: the table of members holds neither of them (IM-05).
 * In the staging table they are encrypted with a key of this process.
 */
export class ImportedHashes {
  private readonly cipher = new FieldCipher([randomBytes(32)]);

  constructor(
    private readonly hasher: PasswordHasher,
    private readonly options: HashOptions = {},
  ) {}

  /** Decides what is stored for a hash. The reason of a refusal repeats at most the name of a known scheme. */
  accept(hash: string): AcceptedHash {
    if (hash.startsWith('{noop}')) return this.acceptPlain(hash.slice('{noop}'.length));
    if (hash.startsWith('firebase-scrypt$')) return this.acceptFirebase(hash);
    const fast = this.findFast(hash);
    if (fast !== null)
      return this.encrypt({ ...fast, salt: fast.salt.toString('hex'), digest: fast.digest.toString('hex') });
    const own = hash.replace(/^(?:argon2|\{argon2(?:@\w+)?\})(?=\$)/, '');
    // Only a hash of the current cost stays as it is: others differ in time from the comparison for an unknown account.
    if (isVerifiable(own) && this.hasher.isOfCurrentCost(own)) return { stored: own };
    const legacy = this.refuseOuterCost(hash) ?? parseLegacyHash(hash);
    if (legacy !== null) return 'refused' in legacy ? legacy : { stored: legacy.stored };
    const [, scheme = ''] = /^[{$]?([a-z][a-z0-9_-]{0,23})[$}]/i.exec(hash) ?? [];
    const kind = UNSUPPORTED_SCHEMES.has(scheme.toLowerCase()) ? `by ${scheme}` : 'of this kind';
    return { refused: `password hashes ${kind} are not supported` };
  }

  /** Hashes a value that {@link accept} left unfinished. @returns the hash to store */
  async finish(unfinished: string): Promise<string> {
    const bytes = Buffer.from(unfinished.slice(UNFINISHED.length), 'base64');
    const value = JSON.parse(this.cipher.decrypt(bytes, CONTEXT)) as UnfinishedValue;
    if ('password' in value) return this.hasher.hash(value.password);
    const [salt, digest] = [Buffer.from(value.salt, 'hex'), Buffer.from(value.digest, 'hex')];
    return wrap({ formula: value.formula, salt, digest }, (text) => this.hasher.hash(text));
  }

  /**
   * Applies the bounds of argon2 (IM-02) to the argon2id hash that another installation has put around
   * a fast hash. A login does not apply them, because this service may be configured beyond them.
   * @returns null if there is no argon2id hash around it, or if its cost is the current one or within the bounds
   */
  private refuseOuterCost(hash: string): RefusedHash | null {
    const outer = outerHashOf(hash);
    if (outer === null || this.hasher.isOfCurrentCost(outer)) return null;
    const argon2 = parseLegacyHash(outer);
    return argon2 !== null && 'refused' in argon2 ? argon2 : null;
  }

  private findFast(hash: string): FastHash | null {
    const { template } = this.options;
    for (const read of [...(template ? [template] : []), ...KNOWN_TEMPLATES, readLdapHash]) {
      const fast = read(hash);
      if (fast !== null) return fast;
    }
    return null;
  }

  private acceptPlain(password: string): AcceptedHash {
    if (password === '') return { refused: 'the password is empty' };
    if (this.options.acceptsPlain !== true)
      return { refused: 'the password is in plain text; --accept-noop imports it' };
    return this.encrypt({ password });
  }

  private acceptFirebase(hash: string): AcceptedHash {
    const { firebase } = this.options;
    if (!firebase) return { refused: 'password hashes of Firebase need --hash-parameters' };
    const [, salt = '', cipherText = ''] = hash.split('$');
    const form = firebaseForm(cipherText, salt, firebase);
    const legacy = form === null ? null : parseLegacyHash(form);
    if (legacy === null) return { refused: 'the password hash by firebase-scrypt is malformed' };
    return 'refused' in legacy ? legacy : { stored: legacy.stored };
  }

  private encrypt(value: UnfinishedValue): AcceptedHash {
    return { stored: UNFINISHED + this.cipher.encrypt(JSON.stringify(value), CONTEXT).toString('base64') };
  }
}
