import type { ConsentAction } from '../../users/consents/consent.entity.js';
import type { ForeignProfile } from '../../users/imports/imported-profile.js';
import type { MemberStatus } from '../../users/member.entity.js';

/** An account as a source describes it, before the rules of this service are applied. */
export interface ImportRow extends ForeignProfile {
  /** Absent where the source does not record it. */
  readonly emailVerified?: boolean | undefined;
  /** As the source stores it, in the source's own notation. */
  readonly hash?: string | undefined;
  readonly status?: MemberStatus | undefined;
  /** The secret of an authenticator app, in base32. */
  readonly totp?: string | undefined;
  /** What only our own export carries. */
  readonly own?: OwnValues | undefined;
}

/** Values of a line of our own export that no other source has. */
export interface OwnValues {
  readonly id: string;
  readonly role: 'member' | 'admin';
  readonly closedAt: string | null;
  readonly mustChangePassword: boolean;
  /** Hashes of unused recovery codes; they are valid only with the member's id. */
  readonly recoveryHashes: readonly string[];
  readonly passkeys: readonly OwnPasskey[];
  readonly identities: readonly OwnIdentity[];
  /** Oldest first. */
  readonly consents: readonly OwnConsent[];
}

/** A row of the ledger of consents. */
export interface OwnConsent {
  readonly id: string;
  readonly version: string;
  readonly language: string;
  readonly sha256: string;
  readonly action: ConsentAction;
  readonly at: string;
  readonly ip: string;
}

/** An account at a provider with which the member logs in. */
export interface OwnIdentity {
  readonly provider: string;
  /** The provider's id of the account. Google, Kakao and others give each application ids of its own. */
  readonly subject: string;
  readonly email: string | null;
  readonly createdAt: string;
}

/** A passkey with bytes as base64url. */
export interface OwnPasskey {
  readonly credentialId: string;
  readonly publicKey: string;
  readonly signCount: number;
  readonly transports: readonly string[];
  readonly backupEligible: boolean;
  readonly backedUp: boolean;
  readonly userVerified: boolean;
  readonly name: string | null;
  readonly aaguid: string | null;
  readonly createdAt: string;
}

/** One entry of a file: an account, or the reason why it cannot be read. */
export type ReadEntry = { readonly line: number } & ({ readonly row: ImportRow } | { readonly problem: string });

/** What a reader may need besides the file. */
export interface ReadOptions {
  /** For `csv`: the column of each field, such as `email` → `Mail`. */
  readonly columns: ReadonlyMap<string, string>;
}

/** Reads the accounts of one kind of file, one at a time. */
export type SourceReader = (chunks: AsyncIterable<string>, options: ReadOptions) => AsyncIterable<ReadEntry>;
