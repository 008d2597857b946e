/* eslint-disable no-console -- a program with a terminal of its own */
import { Command, CommanderError } from 'commander';
import { VERSION } from './platform/config/version.js';
import { overrideEnvironment } from './platform/config/command-line.js';
import { startFailure } from './platform/config/start-failure.js';
import { CommandError } from './operations/commands/command-error.js';

/*
 * `munjigi`: everything an operator does besides HTTP. Each command is loaded when it is called, so that `--help` need not
 * wait for the server's modules. Exit codes: 0 done, 1 failed, 2 called wrongly.
 */

const FAILED = 1;
const CALLED_WRONGLY = 2;

const munjigi = new Command('munjigi')
  .description('A self-hosted account backend. Settings come from the environment: see docs/configuration.md.')
  .version(VERSION)
  .showHelpAfterError('(munjigi --help says what there is)')
  .exitOverride();

munjigi
  .command('serve')
  .description('answer HTTP, send mail and do the jobs')
  .option('--no-worker', 'answer HTTP only; mail and jobs are for other processes (WORKER_ENABLED=false)')
  .action(async ({ worker }: { worker: boolean }) => {
    overrideEnvironment({ API_ENABLED: 'true', ...(!worker && { WORKER_ENABLED: 'false' }) });
    await import('./main.js');
  });

munjigi
  .command('worker')
  .description('send mail and do the jobs; over HTTP only /health answers (API_ENABLED=false)')
  .action(async () => {
    overrideEnvironment({ API_ENABLED: 'false', WORKER_ENABLED: 'true' });
    await import('./main.js');
  });

munjigi
  .command('migrate')
  .description('bring the schema of the database up to date')
  .action(async () => {
    await import('./bootstrap/migrate.js');
  });

munjigi
  .command('admin')
  .description('administrators')
  .command('create')
  .description('make an administrator; the mailbox gets a link to set the password')
  .option('--email <address>', 'asked for on a terminal when left out')
  .option('--login-id <id>', 'asked for on a terminal when left out')
  .option('--name <name>', 'how the administrator is addressed')
  .option('--locale <locale>', 'language of mails: en or ko')
  .action(async (options: Record<string, string>) => {
    const { createAdmin } = await import('./operations/commands/create-admin.command.js');
    const { withApplication } = await import('./bootstrap/command-application.js');
    await createAdmin(options, withApplication);
  });

const keys = munjigi.command('keys').description('secrets and keys');

keys
  .command('rotate')
  .description('make a new SECRET, or a key for JWT_KEYS, and say how to bring it in without logging anybody out')
  .option('--jwt', 'a signing key for access tokens instead of the master secret')
  .action(async ({ jwt = false }: { jwt?: boolean }) => {
    const { rotateKeys } = await import('./operations/commands/rotate-keys.command.js');
    rotateKeys(jwt);
  });

keys
  .command('reseal')
  .description(
    'after a change of SECRET: seal authenticator apps and recovery codes with it, so that the old one can go',
  )
  .option('--check', 'change nothing, only say what needs which secret')
  .action(async ({ check = false }: { check?: boolean }) => {
    const { reencryptKeys } = await import('./operations/commands/reencrypt-keys.command.js');
    const { withApplication } = await import('./bootstrap/command-application.js');
    await reencryptKeys({ check }, withApplication);
  });

munjigi
  .command('config')
  .description('settings')
  .command('check')
  .description('say what is set, and whether the server would start with it; shows no secret')
  .action(async () => {
    const { checkConfig } = await import('./operations/commands/check-config.command.js');
    checkConfig();
  });

munjigi
  .command('mail')
  .description('mail')
  .command('test')
  .argument('<address>', 'who gets it')
  .description('send one mail to an address, at once and past the outbox')
  .action(async (address: string) => {
    const { sendTestMail } = await import('./operations/commands/test-mail.command.js');
    await sendTestMail(address);
  });

munjigi
  .command('after-restore')
  .description('void codes, links and sessions after a backup was put back, so that nothing used since works again')
  .action(async () => {
    const { afterRestore } = await import('./operations/commands/after-restore.command.js');
    const { withApplication } = await import('./bootstrap/command-application.js');
    await afterRestore(withApplication);
  });

try {
  await munjigi.parseAsync();
} catch (error) {
  process.exitCode = report(error);
}

/** Says what went wrong in plain lines, and gives the exit code. */
function report(error: unknown): number {
  // Commander has said it already; asking for help or the version is no mistake.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : CALLED_WRONGLY;
  if (error instanceof CommandError) {
    console.error(error.message);
    return error.isMisuse ? CALLED_WRONGLY : FAILED;
  }
  console.error(startFailure(error) ?? error);
  return FAILED;
}
