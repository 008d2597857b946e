import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MailService } from '../../src/mail/mail.service.js';
import { OutboxRepository } from '../../src/mail/outbox/outbox.repository.js';
import { ConsentRemindersService } from '../../src/operations/maintenance/consent-reminders.service.js';
import { AppConfig } from '../../src/platform/config/app-config.js';
import { ConsentDocuments } from '../../src/platform/consents/consent-documents.js';
import { KeyRing } from '../../src/platform/crypto/key-ring.js';
import { Database } from '../../src/platform/database/database.js';
import { openDataSource } from './data-source.js';
import { serverEnvironment } from './server-environment.js';
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

/** Terms in two languages, with a replaced and a future version; a privacy document; optional news. */
export const DOCUMENTS = [
  TERMS,
  { ...TERMS, language: 'ko', title: '이용약관' },
  { ...TERMS, version: '1', effectiveFrom: '2025-01-01' },
  { ...TERMS, version: '3', effectiveFrom: '2999-01-01', sha256: '3'.repeat(64) },
  { ...TERMS, id: 'privacy', version: '1', title: 'Privacy' },
  { ...TERMS, id: 'news', version: '1', title: 'News by e-mail', required: false, marketing: true },
];

/** The consents of a member who agrees to the required documents only. */
export const REQUIRED = [
  { id: 'terms', version: '2' },
  { id: 'privacy', version: '1' },
];
/** Only documents that a sign-up does not require. */
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

/** Changes the member's consent to the terms to version 1, as if version 2 had come into force later. */
export async function makeOutdated({ sql }: TestApp, memberId: string): Promise<void> {
  await changeLedger(
    sql,
    `UPDATE consents SET version = '1' WHERE document_id = 'terms' AND member_id = '${memberId}'`,
  );
}

/** As {@link makeOutdated}, for a sign-up that waits for its confirmation. */
export async function makeSignUpOutdated({ sql }: TestApp, email: string): Promise<void> {
  await sql.query(`UPDATE sign_ups SET consents = jsonb_set(consents, '{0,version}', '"1"') WHERE email_key = $1`, [
    email,
  ]);
}

/** Moves the member's whole ledger into the past. */
export async function ageLedger({ sql }: TestApp, memberId: string, interval: string): Promise<void> {
  await changeLedger(sql, `UPDATE consents SET at = at - interval '${interval}' WHERE member_id = '${memberId}'`);
}

/** Moves the rows of one document in the member's ledger into the past. */
export async function ageLedgerOf(
  { sql }: TestApp,
  memberId: string,
  document: string,
  interval: string,
): Promise<void> {
  await changeLedger(
    sql,
    `UPDATE consents SET at = at - interval '${interval}' WHERE member_id = '${memberId}' AND document_id = '${document}'`,
  );
}

/** Changes rows that the ledger's trigger would refuse to change. */
async function changeLedger(sql: TestApp['sql'], statement: string): Promise<void> {
  await sql.query(`BEGIN; SET LOCAL session_replication_role = replica; ${statement}; COMMIT`);
}

/** The reminder job of a further server on the database of `app`. */
export async function startReminders(
  app: TestApp,
  file: string | undefined,
): Promise<{ job: ConsentRemindersService; database: Database; stop: () => Promise<void> }> {
  const { url } = app.database;
  const config = AppConfig.load(serverEnvironment({ DATABASE_URL: url }));
  const dataSource = await openDataSource({ url });
  const database = new Database(dataSource);
  const mail = new MailService(new KeyRing(config.secrets), config, new OutboxRepository(database));
  const job = new ConsentRemindersService(await ConsentDocuments.ofFile(file), config, database, mail);
  return { job, database, stop: () => dataSource.destroy() };
}
