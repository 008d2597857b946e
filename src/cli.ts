/* eslint-disable no-console -- this program writes to the operator's terminal */
import './bootstrap/process/runtime-name.js';
import { Command, CommanderError } from 'commander';
import { offerInvitations } from './cli-invitations.js';
import { offerMemberRequests } from './cli-members.js';
import { VERSION } from './platform/config/version.js';
import { overrideEnvironment } from './platform/config/command-line.js';
import { startFailure } from './platform/config/start-failure.js';
import type { ExportOptions } from './integrations/import-export/export.command.js';
import type { ImportOptions } from './integrations/import-export/import.command.js';
import type { CreateApiKeyOptions } from './operations/commands/api-keys.command.js';
import { CommandError } from './platform/config/command-error.js';

/*
 * The command `munjigi`, for operators. Each command is imported when it runs,
 * so that `--help` does not load the server's modules. Exit codes: 0 success, 1 failure, 2 wrong
 * arguments.
 */

const FAILED = 1;
const USAGE_ERROR = 2;

/** Joins the values of an option that takes a list, so that a repeated option adds to it. */
const joinValues = (value: string, earlier?: string): string => (earlier === undefined ? value : `${earlier},${value}`);

const munjigi = new Command('munjigi')
  .description('A self-hosted account backend. Settings come from the environment: see .env.example.')
  .version(VERSION)
  .showHelpAfterError('(munjigi --help lists all commands)')
  .exitOverride();

munjigi
  .command('serve')
  .description('serve HTTP, send mail and run scheduled jobs')
  .option('--no-worker', 'only serve HTTP; other processes send mail and run jobs (WORKER_ENABLED=false)')
  .action(async ({ worker }: { worker: boolean }) => {
    overrideEnvironment({ API_ENABLED: 'true', ...(!worker && { WORKER_ENABLED: 'false' }) });
    await import('./main.js');
  });

munjigi
  .command('worker')
  .description('send mail and run scheduled jobs; HTTP serves only /health and /metrics (API_ENABLED=false)')
  .action(async () => {
    overrideEnvironment({ API_ENABLED: 'false', WORKER_ENABLED: 'true' });
    await import('./main.js');
  });

munjigi
  .command('migrate')
  .description('update the database schema')
  .action(async () => {
    const { migrateDatabase } = await import('./bootstrap/migrate.js');
    await migrateDatabase();
  });

munjigi
  .command('admin')
  .description('manage administrators')
  .command('create')
  .description('create an administrator and mail a link to set the password')
  .option('--email <address>', 'email address; prompted for if omitted')
  .option('--login-id <id>', 'login ID; prompted for if omitted')
  .option('--name <name>', 'display name')
  .option('--locale <locale>', 'language of emails: en, ko or one of MAIL_TEMPLATES_DIR')
  .action(async (options: Record<string, string>) => {
    const { createAdmin } = await import('./operations/commands/create-admin.command.js');
    const { withApplication } = await import('./bootstrap/command-application.js');
    await createAdmin(options, withApplication);
  });

munjigi
  .command('social')
  .description('manage social login')
  .command('retry')
  .description('try again what could not be unlinked at providers within three days')
  .action(async () => {
    const { retryRevocations } = await import('./operations/commands/social-retry.command.js');
    const { withApplication } = await import('./bootstrap/command-application.js');
    await retryRevocations(withApplication);
  });

const keys = munjigi.command('keys').description('manage secrets, signing keys and API keys');

keys
  .command('rotate')
  .description('generate a new SECRET, or a key for JWT_KEYS, and show how to introduce it without logging members out')
  .option('--jwt', 'generate a signing key for access tokens instead of SECRET')
  .action(async ({ jwt = false }: { jwt?: boolean }) => {
    const { rotateKeys } = await import('./operations/commands/rotate-keys.command.js');
    rotateKeys(jwt);
  });

keys
  .command('reseal')
  .description('after a change of SECRET: re-encrypt all stored secrets, so that the old one can be removed')
  .option('--check', 'change nothing; only report which secrets are needed')
  .action(async ({ check = false }: { check?: boolean }) => {
    const { reencryptKeys } = await import('./operations/commands/reencrypt-keys.command.js');
    const { withApplication } = await import('./bootstrap/command-application.js');
    await reencryptKeys({ check }, withApplication);
  });

keys
  .command('create-api-key')
  .description('create an API key for a program and print it')
  .requiredOption('--name <name>', 'what lists and the audit log call it')
  .requiredOption('--scopes <scopes>', 'what it opens, separated by commas: members:read,outbox:read', joinValues)
  .option('--expires-at <date>', 'when it ends, such as 2027-12-31')
  .option('--addresses <ranges>', 'client addresses that may use it, separated by commas: 203.0.113.0/24', joinValues)
  .action(async (options: CreateApiKeyOptions) => {
    const { createApiKey } = await import('./operations/commands/api-keys.command.js');
    const { withApplication } = await import('./bootstrap/command-application.js');
    await createApiKey(options, withApplication);
  });

keys
  .command('list-api-keys')
  .description('list API keys, newest first')
  .action(async () => {
    const { listApiKeys } = await import('./operations/commands/api-keys.command.js');
    const { withApplication } = await import('./bootstrap/command-application.js');
    await listApiKeys(withApplication);
  });

keys
  .command('revoke-api-key')
  .argument('<id>', 'of the key, as "list-api-keys" shows it')
  .description('end an API key on every running server')
  .action(async (id: string) => {
    const { revokeApiKey } = await import('./operations/commands/api-keys.command.js');
    const { withApplication } = await import('./bootstrap/command-application.js');
    await revokeApiKey(id, withApplication);
  });

offerInvitations(munjigi);
offerMemberRequests(munjigi);

munjigi
  .command('config')
  .description('inspect the settings')
  .command('check')
  .description('list the settings, check them, and try the databases, Redis and the mail server; secrets are not shown')
  .option('--offline', 'only check the settings; connect to no server')
  .action(async ({ offline = false }: { offline?: boolean }) => {
    const { checkConfig } = await import('./operations/commands/check-config.command.js');
    await checkConfig({ offline });
  });

const mail = munjigi.command('mail').description('check mail delivery and mail texts');

mail
  .command('test')
  .argument('<address>', 'recipient')
  .description('send a test mail directly, without the outbox')
  .action(async (address: string) => {
    const { sendTestMail } = await import('./operations/commands/test-mail.command.js');
    await sendTestMail(address);
  });

mail
  .command('preview')
  .argument('<directory>', 'where the mails are written')
  .description('check the texts in MAIL_TEMPLATES_DIR and write every mail with sample data, as HTML and text')
  .action(async (directory: string) => {
    const { previewMails } = await import('./operations/commands/mail-texts.command.js');
    await previewMails(directory);
  });

munjigi
  .command('import')
  .description('add the accounts of another system: see docs/import.md')
  .requiredOption('--from <source>', 'django, spring, keycloak, auth0, firebase, supabase, cognito, csv or jsonl')
  .requiredOption('--file <file>', 'the file that the source exported')
  .option('--dry-run', 'write no member; only report')
  .option('--resume', 'continue after an earlier import of this source')
  .option('--on-collision <policy>', 'of rows that collide: skip, first, newest or fail', 'skip')
  .option('--columns <pairs>', 'for csv: field=column, separated by commas', joinValues)
  .option('--trust-addresses', 'take addresses as verified where the source does not record it')
  .option('--hash-template <template>', 'layout and formula of fast hashes, such as salt:digest=sha1(salt+password)')
  .option('--hash-parameters <file>', 'for firebase: the password hash parameters of the project')
  .option('--accept-noop', 'for spring: import passwords in plain text, marked {noop}')
  .option('--rejected <file>', 'where refused rows are listed', 'rejected.jsonl')
  .action(async (options: ImportOptions) => {
    const { importMembers } = await import('./integrations/import-export/import.command.js');
    await importMembers(options);
  });

munjigi
  .command('export')
  .description('write all members to a file that import reads: see docs/import.md')
  .requiredOption('--file <file>', 'the file to create')
  .option('--with-secrets', 'with password hashes and second factors')
  .action(async (options: ExportOptions) => {
    const { exportMembers } = await import('./integrations/import-export/export.command.js');
    await exportMembers(options);
  });

munjigi
  .command('after-restore')
  .description(
    'after restoring a backup: void codes, links and sessions, so that none used since the backup works again',
  )
  .action(async () => {
    const { afterRestore } = await import('./operations/commands/after-restore.command.js');
    const { withApplication } = await import('./bootstrap/command-application.js');
    await afterRestore(withApplication);
  });

void munjigi.parseAsync().catch((error: unknown) => {
  process.exitCode = reportError(error);
});

/** Prints the error, without a stack trace if its cause is known. @returns the exit code */
function reportError(error: unknown): number {
  // Commander has printed the message already. Its exit code is 0 for --help and --version.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE_ERROR;
  if (error instanceof CommandError) {
    console.error(error.message);
    return error.isUsageError ? USAGE_ERROR : FAILED;
  }
  console.error(startFailure(error) ?? error);
  return FAILED;
}
