import { readFile } from 'node:fs/promises';
import { ConfigurationError } from '../config/configuration-error.js';

/** One document, in one version and language, that members agree to. */
export interface ConsentDocument {
  readonly id: string;
  readonly version: string;
  readonly language: string;
  readonly title: string;
  readonly url: string | null;
  readonly required: boolean;
  /** Whether a consent to it allows advertising. The law requires reminders of such a consent. */
  readonly marketing: boolean;
  /** Seconds since 1970. */
  readonly effectiveFrom: number;
  /** SHA-256 in hexadecimal: of its text if the file declares one (`sha256`), else of this declaration. */
  readonly hash: string;
}

/** Names a document and its version, in whichever language. */
export type DocumentVersion = Pick<ConsentDocument, 'id' | 'version'>;

/** The documents that the operator declared in CONSENTS. Times are seconds since 1970. */
export class ConsentDocuments {
  /** Of a server without consents. */
  static readonly NONE = new ConsentDocuments([]);

  /** @param documents in the order of the file; versions of one id need not be sorted */
  constructor(private readonly documents: readonly ConsentDocument[]) {}

  /**
   * @param file the path in CONSENTS; undefined for no documents
   * @throws ConfigurationError
   */
  static async ofFile(file: string | undefined): Promise<ConsentDocuments> {
    if (file === undefined) return ConsentDocuments.NONE;
    const { ConsentFile } = await import('./consent-file.js');
    try {
      return new ConsentDocuments(ConsentFile.read(await readFile(file, 'utf8')));
    } catch (error) {
      const rule = 'code' in (error as object) ? 'needs a file that can be read' : (error as Error).message;
      throw new ConfigurationError({ CONSENTS: rule });
    }
  }

  get isDeclared(): boolean {
    return this.documents.length > 0;
  }

  /** The ids of documents that allow advertising. */
  get marketingIds(): string[] {
    return [...new Set(this.documents.filter(({ marketing }) => marketing).map(({ id }) => id))];
  }

  /**
   * The version of each document that is in force.
   * @param languages the preferred one first; a document in none of them is returned as its first entry in the file
   */
  listInForce(now: number, languages: readonly string[]): ConsentDocument[] {
    return this.pick(
      languages,
      (version) => version.effectiveFrom <= now && this.findNewer(version, now) === undefined,
    );
  }

  /** Versions that are still to come into force. */
  listUpcoming(now: number, languages: readonly string[]): ConsentDocument[] {
    return this.pick(languages, ({ effectiveFrom }) => effectiveFrom > now);
  }

  /** @returns undefined for a version that is not declared, or was replaced by a newer one */
  findAcceptable(
    { id, version }: DocumentVersion,
    now: number,
    languages: readonly string[],
  ): ConsentDocument | undefined {
    return this.pick(
      languages,
      (one) => one.id === id && one.version === version && this.findNewer(one, now) === undefined,
    )[0];
  }

  /** The agreed version of a document. If it is no longer declared: the newest version. */
  findAgreed({ id, version }: DocumentVersion, language: string): ConsentDocument | undefined {
    const versions = this.pick([language], (one) => one.id === id).sort((a, b) => b.effectiveFrom - a.effectiveFrom);
    return versions.find((one) => one.version === version) ?? versions[0];
  }

  /**
   * The required documents in force that none of the given versions covers. A version that comes
   * into force later covers the present one, because members may agree to it early.
   */
  listMissing(given: readonly DocumentVersion[], now: number, languages: readonly string[]): ConsentDocument[] {
    return this.listInForce(now, languages).filter(
      (document) => document.required && !this.listCovering(document).some((one) => given.some(isSameAs(one))),
    );
  }

  private listCovering({ id, effectiveFrom }: ConsentDocument): ConsentDocument[] {
    return this.documents.filter((one) => one.id === id && one.effectiveFrom >= effectiveFrom);
  }

  private findNewer({ id, effectiveFrom }: ConsentDocument, now: number): ConsentDocument | undefined {
    return this.documents.find((one) => one.id === id && one.effectiveFrom > effectiveFrom && one.effectiveFrom <= now);
  }

  /** One document for each version that is selected. */
  private pick(languages: readonly string[], isSelected: (document: ConsentDocument) => boolean): ConsentDocument[] {
    const rankOf = ({ language }: ConsentDocument) =>
      languages.includes(language) ? languages.indexOf(language) : Infinity;
    const picked = new Map<string, ConsentDocument>();
    for (const document of this.documents.filter(isSelected)) {
      const key = `${document.id} ${document.version}`;
      const other = picked.get(key);
      if (other === undefined || rankOf(document) < rankOf(other)) picked.set(key, document);
    }
    return [...picked.values()];
  }
}

const isSameAs =
  (document: DocumentVersion) =>
  ({ id, version }: DocumentVersion): boolean =>
    id === document.id && version === document.version;
