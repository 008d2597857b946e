import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestApp } from './test-app.js';

const TERMS = {
  id: 'terms',
  version: '2',
  language: 'en',
  title: 'Terms of service',
  url: 'https://example.test/terms/2',
  required: true,
  effectiveFrom: '2026-01-01',
};

/** Terms in two languages, with a version that was replaced and one to come, privacy, and news. */
const DOCUMENTS = [
  TERMS,
  { ...TERMS, language: 'ko', title: '이용약관' },
  { ...TERMS, version: '1', effectiveFrom: '2025-01-01' },
  { ...TERMS, version: '3', effectiveFrom: '2999-01-01', sha256: '3'.repeat(64) },
  { ...TERMS, id: 'privacy', version: '1', title: 'Privacy' },
  { ...TERMS, id: 'news', version: '1', title: 'News by e-mail', required: false, marketing: true },
];

/** What a member agrees to who agrees to what is required. */
export const REQUIRED = [
  { id: 'terms', version: '2' },
  { id: 'privacy', version: '1' },
];
/** Documents that a sign-up needs none of. */
export const OPTIONAL_DOCUMENTS = DOCUMENTS.filter(({ required }) => !required);
export const NEWS = { id: 'news', version: '1' };

/** A file for CONSENTS. */
export class ConsentsFile {
  private constructor(
    private readonly directory: string,
    readonly path: string,
  ) {}

  static async write(documents: readonly object[] = DOCUMENTS): Promise<ConsentsFile> {
    const directory = await mkdtemp(join(tmpdir(), 'consents-'));
    const path = join(directory, 'consents.json');
    await writeFile(path, JSON.stringify({ documents }));
    return new ConsentsFile(directory, path);
  }

  async remove(): Promise<void> {
    await rm(this.directory, { recursive: true });
  }
}

/** The member's ledger, as `document version action`. */
export async function ledgerOf({ sql }: TestApp, memberId: string): Promise<string[]> {
  const { rows } = await sql.query<{ entry: string }>(
    `SELECT document_id || ' ' || version || ' ' || action AS entry FROM consents WHERE member_id = $1 ORDER BY id`,
    [memberId],
  );
  return rows.map(({ entry }) => entry);
}

/** Makes the member one who agreed to an earlier version, as if this one had come into force since. */
export async function makeOutdated({ sql }: TestApp, memberId: string): Promise<void> {
  await changeLedger(
    sql,
    `UPDATE consents SET version = '1' WHERE document_id = 'terms' AND member_id = '${memberId}'`,
  );
}

/** Changes rows that the ledger's trigger would refuse to change. */
async function changeLedger(sql: TestApp['sql'], statement: string): Promise<void> {
  await sql.query(`BEGIN; SET LOCAL session_replication_role = replica; ${statement}; COMMIT`);
}
