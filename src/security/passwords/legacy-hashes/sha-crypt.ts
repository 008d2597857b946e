import { timingSafeEqual } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import { bytesOf, phcBase64 } from './encodings.js';
import {
  refuse,
  TOO_EXPENSIVE,
  TOO_WEAK,
  type LegacyHash,
  type LegacyReader,
  type RefusedHash,
} from './legacy-hash.js';
import type { ShaCryptDigest, ShaCryptTask } from './sha-crypt-digest.js';

/** About two seconds on one core. The default of passlib for SHA-512 is 656,000. */
const MAX_ROUNDS = 1_000_000;
const MIN_ROUNDS = 1000;
/** The rounds of a hash that states no number. */
const DEFAULT_ROUNDS = 5000;
const MAX_SALT = 16;

const ALPHABET = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/**
 * The order in which the text holds the bytes of a digest: groups of three, then `rest`. Each group
 * adds `step` to the indexes of the group before, modulo the number of bytes in all groups.
 */
const LAYOUTS = {
  sha256: { id: '5', bytes: 32, first: [0, 10, 20], step: 21, groups: 10, rest: [31, 30] },
  sha512: { id: '6', bytes: 64, first: [0, 21, 42], step: 22, groups: 21, rest: [63] },
} as const;

const WORKER = new URL('./sha-crypt-worker.js', import.meta.url);

/** SHA-crypt, `$5$` and `$6$`, as glibc, passlib and Dovecot write it. */
export const readShaCrypt: LegacyReader = (text) => ownHash(text) ?? cryptHash(text);

/** The stored form. */
function ownHash(text: string): LegacyHash | RefusedHash | null {
  const [, digest, rounds, salt, tag] =
    /^\$(sha256|sha512)-crypt\$rounds=(\d{1,10}),s=\d{1,2}\$([\w+/]*)\$([\w+/]+)$/.exec(text) ?? [];
  if (digest === undefined) return null;
  return hashOf(digest as ShaCryptDigest, Number(rounds), bytesOf(salt!)?.toString() ?? null, bytesOf(tag!));
}

/** `$6$rounds=5000$salt$tag` */
function cryptHash(text: string): LegacyHash | RefusedHash | null {
  const [, id, rounds, salt, tag] =
    /^(?:\{CRYPT\})?\$([56])\$(?:rounds=(\d{1,10})\$)?([^$]*)\$([./0-9A-Za-z]+)$/i.exec(text) ?? [];
  if (id === undefined) return null;
  const digest = id === '5' ? 'sha256' : 'sha512';
  return hashOf(digest, rounds === undefined ? DEFAULT_ROUNDS : Number(rounds), salt!, decode(tag!, digest));
}

function hashOf(
  digest: ShaCryptDigest,
  rounds: number,
  salt: string | null,
  tag: Buffer | null,
): LegacyHash | RefusedHash {
  const scheme = `${digest}-crypt`;
  const saltBytes = Buffer.from(salt ?? '');
  if (salt === null || saltBytes.length > MAX_SALT || tag?.length !== LAYOUTS[digest].bytes)
    return refuse(scheme, 'is malformed');
  if (rounds > MAX_ROUNDS) return refuse(scheme, TOO_EXPENSIVE);
  if (rounds < MIN_ROUNDS) return refuse(scheme, TOO_WEAK);
  // The length of the salt is part of the kind because it changes the time: most rounds hash the
  // salt, and a longer salt can need another block in each.
  const kind = `$${scheme}$rounds=${rounds},s=${saltBytes.length}`;
  return {
    stored: `${kind}$${phcBase64(saltBytes)}$${phcBase64(tag)}`,
    kind,
    verify: async (password) => timingSafeEqual(await computeApart({ digest, password, salt, rounds }), tag),
  };
}

/**
 * Computes on a thread of its own: many rounds would keep all other requests waiting. The hash queue
 * bounds how many threads there are.
 * @throws Error if the thread ends without a digest; otherwise the login would keep its place in the
 * hash queue for ever
 */
export function computeApart(task: ShaCryptTask, file = WORKER): Promise<Uint8Array> {
  const worker = new Worker(file, { workerData: task, execArgv: [] });
  return new Promise((resolve, reject) => {
    worker.once('message', resolve);
    // Stays after the digest: without a listener, a later error would end the process.
    worker.on('error', reject);
    worker.once('exit', (code) => reject(new Error(`the SHA-crypt thread ended with ${code} and without a digest`)));
  });
}

/** Decodes groups of four letters, the lowest six bits first. {@link orderOf} gives the index of each byte. */
function decode(text: string, digest: ShaCryptDigest): Buffer | null {
  const { bytes, rest } = LAYOUTS[digest];
  const order = orderOf(digest);
  const decoded = Buffer.alloc(bytes);
  if (text.length !== Math.ceil((bytes * 8) / 6)) return null;
  for (let at = 0, position = 0; at < text.length; at += 4) {
    let bits = [...text.slice(at, at + 4)].reduceRight((sum, letter) => sum * 64 + ALPHABET.indexOf(letter), 0);
    const group = order.slice(position, (position += at + 4 > text.length ? rest.length : 3));
    for (const index of group.reverse()) {
      decoded[index] = bits & 0xff;
      bits >>>= 8;
    }
    // Unused bits that are set would be a second spelling of the same bytes.
    if (bits !== 0) return null;
  }
  return decoded;
}

/** The index of each byte of the text in the digest. */
function orderOf(digest: ShaCryptDigest): number[] {
  const { first, step, groups, rest } = LAYOUTS[digest];
  const modulus = 3 * groups;
  const shuffled = Array.from({ length: groups }, (_, group) => first.map((start) => (start + step * group) % modulus));
  return [...shuffled.flat(), ...rest];
}
