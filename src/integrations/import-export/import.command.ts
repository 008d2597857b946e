import { open, stat } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { ImportedEventsRepository } from '../../security/events/log/imported-events.repository.js';
import { MemberAttributes } from '../../platform/attributes/member-attributes.js';
import { AppConfig } from '../../platform/config/app-config.js';
import { CommandError } from '../../platform/config/command-error.js';
import { requireSecretOfServers } from '../../platform/config/secrets.js';
import { KeyRing } from '../../platform/crypto/key-ring.js';
import { MemberSnapshotsRepository } from '../../users/member-snapshots.repository.js';
import { PasswordHasher } from '../../security/passwords/password-hasher.js';
import { withConnection } from './connection.js';
import { readFirebaseParameters } from './hashes/firebase-parameters.js';
import { DIGEST_NAMES, readHashTemplate, type HashTemplate } from './hashes/hash-template.js';
import { ImportedHashes } from './hashes/imported-hashes.js';
import { MemberImport, type ImportReport } from './member-import.js';
import { prepareRow } from './import-rules.js';
import { COLLISION_POLICIES, type CollisionPolicy } from './import-collisions.js';
import { ImportStagingRepository } from './import-staging.repository.js';
import { SecretValues } from './secret-values.js';
import { CSV_FIELDS } from './sources/csv.js';
import { readerOf, SOURCES, type SourceName } from './sources/index.js';

/** The options of `munjigi import`, as typed. */
export interface ImportOptions {
  readonly from: string;
  readonly file: string;
  readonly dryRun?: boolean;
  readonly resume?: boolean;
  readonly onCollision: string;
  readonly columns?: string;
  readonly trustAddresses?: boolean;
  readonly hashTemplate?: string;
  readonly hashParameters?: string;
  readonly acceptNoop?: boolean;
  readonly rejected: string;
}

/** `munjigi import`: exits with 1 if a row was refused. */
export async function importMembers(options: ImportOptions): Promise<void> {
  const source = oneOf(SOURCES, options.from, '--from');
  const policy = oneOf(COLLISION_POLICIES, options.onCollision, '--on-collision');
  const columns = columnsOf(options.columns ?? '', source);
  const template = options.hashTemplate === undefined ? null : templateOf(options.hashTemplate);
  const firebase = options.hashParameters === undefined ? null : readFirebaseParameters(options.hashParameters);
  const size = await sizeOf(options.file);
  if (await isSameFile(options.file, options.rejected))
    throw new CommandError('--rejected: must not be the file that is imported.', true);
  requireSecretOfServers();
  const config = AppConfig.loadForCommand();
  const hasher = new PasswordHasher(config);
  const hashes = new ImportedHashes(hasher, { template, firebase, acceptsPlain: options.acceptNoop ?? false });
  const rules = {
    source,
    defaultLocale: config.defaultLocale,
    trustsAddresses: options.trustAddresses ?? false,
    acceptHash: (hash: string) => hashes.accept(hash),
  };
  const snapshots = new MemberSnapshotsRepository(await MemberAttributes.ofFile(config.env.MEMBER_ATTRIBUTES));
  const request = { ...options, source, policy, columns, size };
  await withConnection(config, async (client) => {
    const members = new MemberImport(
      new ImportStagingRepository(client, hashes, new ImportedEventsRepository(client, snapshots)),
      new SecretValues(new KeyRing(config.secrets)),
      (row) => prepareRow(row, rules),
      process.stderr,
    );
    await members.begin(request);
    // Only now: an import that must not begin leaves the list of an earlier one as it is.
    await withList(options.rejected, async (rejected) =>
      print(await members.run(readerOf(source, options.file), request, rejected), options, policy),
    );
  });
}

/** @throws CommandError if the file cannot be created, or written; what `work` did stays */
async function withList(path: string, work: (list: Writable) => Promise<void>): Promise<void> {
  const file = await open(path, 'w', 0o600).catch((error: Error) => {
    throw new CommandError(`${path}: cannot be created: ${error.message}`);
  });
  const list = file.createWriteStream();
  const failure: { error?: Error } = {};
  list.on('error', (error) => (failure.error ??= error));
  await work(list);
  list.end();
  await finished(list).catch((error: Error) => (failure.error ??= error));
  if (failure.error) throw new CommandError(`${path}: cannot be written: ${failure.error.message}`);
}

function print(report: ImportReport, { dryRun = false, rejected }: ImportOptions, policy: CollisionPolicy): void {
  const { members, claims, done, refused, isStopped } = report;
  const verb = dryRun ? 'would be added' : 'added';
  console.log(`${members} members ${verb}, ${done} were imported before, ${refused} rows refused.`);
  if (claims > 0)
    console.log(`${claims} accounts ${dryRun ? 'would wait' : 'wait'} for their owners to prove the address.`);
  if (refused > 0) {
    console.error(`The reasons are in ${rejected}.`);
    process.exitCode = 1;
  }
  if (isStopped) console.error(`Nothing was written, because rows collide and --on-collision is ${policy}.`);
}

function oneOf<T extends string>(values: readonly T[], text: string, option: string): T {
  const value = values.find((candidate) => candidate === text);
  if (value === undefined) throw new CommandError(`${option}: must be one of ${values.join(', ')}.`, true);
  return value;
}

function columnsOf(text: string, source: SourceName): ReadonlyMap<string, string> {
  const pairs = text.split(',').filter((pair) => pair !== '');
  if (pairs.length > 0 && source !== 'csv') throw new CommandError('--columns: only for --from csv.', true);
  return new Map(
    pairs.map((pair) => {
      const [field = '', ...column] = pair.split('=');
      if (!(CSV_FIELDS as readonly string[]).includes(field) || column.length === 0)
        throw new CommandError(`--columns: must be pairs field=column, with fields ${CSV_FIELDS.join(', ')}.`, true);
      return [field, column.join('=')] as const;
    }),
  );
}

function templateOf(text: string): HashTemplate {
  const template = readHashTemplate(text);
  if (template === null)
    throw new CommandError(
      `--hash-template: must be layout=formula, such as salt:digest=sha1(salt+password), with ${DIGEST_NAMES}.`,
      true,
    );
  return template;
}

async function sizeOf(file: string): Promise<number> {
  try {
    const facts = await stat(file);
    if (facts.isFile()) return facts.size;
  } catch (error) {
    throw new CommandError(`${file}: cannot be read: ${(error as Error).message}`);
  }
  throw new CommandError(`${file}: is not a file.`);
}

async function isSameFile(...paths: [string, string]): Promise<boolean> {
  const [first, second] = await Promise.all(paths.map((path) => stat(path).catch(() => null)));
  return first != null && second != null && first.dev === second.dev && first.ino === second.ino;
}
