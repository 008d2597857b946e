import { createHash, randomBytes, sign, type JsonWebKey, type KeyObject } from 'node:crypto';
import { makeKeyPair } from './key-pair.js';

/** The parts of a response. A test sets one to a wrong value to see the server refuse the response. */
export interface Signing {
  /** The origin of the page. */
  origin?: string;
  /** The relying party id. */
  rpId?: string;
  /** Base64url; by default the challenge in the options. */
  challenge?: string;
  userPresent?: boolean;
  userVerified?: boolean;
  /** The counter to sign with; by default the next one. */
  signCount?: number;
  backupEligible?: boolean;
  type?: string;
  crossOrigin?: boolean;
  topOrigin?: string;
  /** `null` leaves it out. */
  userHandle?: string | null;
}

/** The options that an authenticator reads. */
interface Options {
  challenge: string;
  rp?: { id?: string };
  rpId?: string;
  user?: { id: string };
  excludeCredentials?: { id: string }[];
}

const GOOGLE_PASSWORD_MANAGER = Buffer.from('ea9b8d664d011d213ce4b6b48cb575d4', 'hex');
const FLAG = { userPresent: 0x01, userVerified: 0x04, backupEligible: 0x08, backedUp: 0x10, attested: 0x40 } as const;

/**
 * A software passkey that does what a phone or security key does, by WebAuthn level 3 and RFC 8949
 * (CBOR).
 */
export class Authenticator {
  readonly credentialId = randomBytes(32);
  private readonly privateKey: KeyObject;
  private readonly publicKey: JsonWebKey;
  private userHandle: string | null = null;
  private signCount: number;

  /** @param isSynchronised whether it is copied between devices, and therefore has no counter */
  constructor(
    private readonly origin: string,
    private readonly isSynchronised = false,
  ) {
    const pair = makeKeyPair();
    this.privateKey = pair.privateKey;
    this.publicKey = pair.publicKey.export({ format: 'jwk' });
    this.signCount = isSynchronised ? 0 : 1;
  }

  get id(): string {
    return this.credentialId.toString('base64url');
  }

  /**
   * `navigator.credentials.create({ publicKey })`, as JSON. Throws when the options exclude this
   * passkey, as browsers do.
   */
  create(publicKey: Options, signing: Signing = {}, attestation: Map<string, unknown> = new Map()): any {
    if (publicKey.excludeCredentials?.some(({ id }) => id === this.id)) throw new Error('InvalidStateError');
    this.userHandle = publicKey.user!.id;
    const authData = Buffer.concat([
      this.authenticatorData(publicKey, signing, FLAG.attested),
      this.isSynchronised ? GOOGLE_PASSWORD_MANAGER : Buffer.alloc(16), // the AAGUID; zeros disclose no model
      uint16(this.credentialId.length),
      this.credentialId,
      this.coseKey(),
    ]);
    const format = attestation.size > 0 ? 'packed' : 'none';
    const attestationObject = cbor(
      new Map<string, unknown>([
        ['fmt', format],
        ['attStmt', attestation],
        ['authData', authData],
      ]),
    );
    return this.credential({
      clientDataJSON: this.clientData('webauthn.create', publicKey, signing).toString('base64url'),
      attestationObject: attestationObject.toString('base64url'),
      transports: ['internal', 'hybrid'],
    });
  }

  /** `navigator.credentials.get({ publicKey })`, as JSON. */
  get(publicKey: Options, signing: Signing = {}): any {
    if (!this.isSynchronised) this.signCount += 1;
    const authenticatorData = this.authenticatorData(publicKey, signing, 0);
    const clientDataJSON = this.clientData('webauthn.get', publicKey, signing);
    const signed = Buffer.concat([authenticatorData, createHash('sha256').update(clientDataJSON).digest()]);
    const { userHandle = this.userHandle } = signing;
    return this.credential({
      clientDataJSON: clientDataJSON.toString('base64url'),
      authenticatorData: authenticatorData.toString('base64url'),
      signature: sign('sha256', signed, this.privateKey).toString('base64url'),
      ...(userHandle !== null && { userHandle }),
    });
  }

  private credential(response: object): object {
    return { id: this.id, rawId: this.id, type: 'public-key', response, clientExtensionResults: {} };
  }

  private clientData(type: string, { challenge }: Options, signing: Signing): Buffer {
    return Buffer.from(
      JSON.stringify({
        type,
        challenge,
        origin: this.origin,
        crossOrigin: false,
        ...pick(signing, ['type', 'challenge', 'origin', 'crossOrigin', 'topOrigin']),
      }),
    );
  }

  private authenticatorData({ rp, rpId }: Options, signing: Signing, more: number): Buffer {
    const { userPresent = true, userVerified = true, backupEligible = this.isSynchronised } = signing;
    const flags =
      more |
      (userPresent ? FLAG.userPresent : 0) |
      (userVerified ? FLAG.userVerified : 0) |
      (backupEligible ? FLAG.backupEligible | FLAG.backedUp : 0);
    const party = signing.rpId ?? rp?.id ?? rpId ?? '';
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(signing.signCount ?? this.signCount);
    return Buffer.concat([createHash('sha256').update(party).digest(), Buffer.of(flags), counter]);
  }

  /** RFC 9053 section 7.1: an elliptic key (kty 2) for ES256 (alg -7) on P-256 (crv 1). */
  private coseKey(): Buffer {
    const { x = '', y = '' } = this.publicKey;
    return cbor(
      new Map<number, unknown>([
        [1, 2],
        [3, -7],
        [-1, 1],
        [-2, Buffer.from(x, 'base64url')],
        [-3, Buffer.from(y, 'base64url')],
      ]),
    );
  }
}

/** As much of RFC 8949 as an attestation object needs: whole numbers, bytes, text, arrays, maps. */
export function cbor(value: unknown): Buffer {
  if (typeof value === 'number') return value < 0 ? head(1, -1 - value) : head(0, value);
  if (Buffer.isBuffer(value)) return Buffer.concat([head(2, value.length), value]);
  if (typeof value === 'string') return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (Array.isArray(value)) return Buffer.concat([head(4, value.length), ...value.map(cbor)]);
  if (value instanceof Map) {
    const entries = [...value].flatMap(([key, item]) => [cbor(key), cbor(item)]);
    return Buffer.concat([head(5, value.size), ...entries]);
  }
  throw new Error(`no CBOR for ${typeof value}`);
}

function head(majorType: number, argument: number): Buffer {
  const major = majorType << 5;
  if (argument < 24) return Buffer.of(major | argument);
  if (argument < 0x100) return Buffer.of(major | 24, argument);
  return Buffer.concat([Buffer.of(major | 25), uint16(argument)]);
}

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

function pick<T extends object>(from: T, keys: (keyof T)[]): Partial<T> {
  return Object.fromEntries(keys.filter((key) => from[key] !== undefined).map((key) => [key, from[key]])) as Partial<T>;
}
