import { createInterface } from 'node:readline';
import { parseEmailAddress } from '../../platform/addresses/email-address.js';
import { LOGIN_ID_PATTERN, normaliseLoginId } from '../../users/login-id.js';
import { AppConfig } from '../../platform/config/app-config.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import type { ErrorCode } from '../../platform/http/problems/error-catalogue.js';
import type { Locale } from '../../platform/i18n/locale.js';
import { isMailLocale, mailLocales } from '../../platform/i18n/mail-locale.js';
import { isVisibleLine } from '../../platform/http/validation/text-checks.js';
import { AdminCreationService, type NewAdmin } from './admin-creation.service.js';
import type { WithApplication } from './with-application.js';
import { CommandError } from '../../platform/config/command-error.js';
import { requireSecretOfServers } from '../../platform/config/secrets.js';

interface Options {
  readonly email?: string;
  readonly loginId?: string;
  readonly name?: string;
  readonly locale?: string;
}

const REFUSALS: Partial<Record<ErrorCode, string>> = {
  email_taken:
    'This address already has an account. An administrator can give it the role; this command only creates new accounts.',
  login_id_taken: 'This login ID is taken.',
};

/**
 * `munjigi admin create`: prompts for missing options if there is a terminal. It neither reads nor
 * shows a password: the new administrator sets one through the mailed link.
 */
export async function createAdmin(options: Options, withApplication: WithApplication): Promise<void> {
  requireSecretOfServers();
  const { defaultLocale, env } = AppConfig.loadForCommand();
  const email = options.email ?? (await prompt('Email address: ', '--email'));
  const loginId = options.loginId ?? (await prompt('Login ID: ', '--login-id'));
  const admin = validateOptions({ ...options, email, loginId }, defaultLocale);
  await withApplication(async (app) => {
    try {
      await app.get(AdminCreationService).create(admin);
    } catch (error) {
      const refusal = error instanceof DomainError ? REFUSALS[error.code] : undefined;
      throw refusal === undefined ? error : new CommandError(refusal);
    }
  });
  const minutes = Math.ceil(env.RESET_LINK_TTL_SECONDS / 60);
  console.log(`${admin.loginId} is an administrator.
A mail to ${admin.email.address} is in the outbox; a running server or worker sends it. Its link sets the password and
is valid for ${minutes} minutes. After that, use "forgot password" to get another one.
Next: log in and set up two-step login, which /api/admin requires.`);
}

/** @throws CommandError without a terminal, or after Ctrl+C or Ctrl+D, which close the prompt */
async function prompt(question: string, option: string): Promise<string> {
  if (!process.stdin.isTTY) throw new CommandError(`${option} is needed: there is no terminal for a prompt.`, true);
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await new Promise((resolve, reject) => {
      terminal.once('close', () => reject(new CommandError('Cancelled.')));
      terminal.question(question, resolve);
    });
  } finally {
    terminal.close();
  }
}

function validateOptions(options: Options & { email: string; loginId: string }, defaultLocale: Locale): NewAdmin {
  const email = parseEmailAddress(options.email);
  if (!email) throw new CommandError('--email: this is not a single plain address.', true);
  const loginId = normaliseLoginId(options.loginId);
  // Reserved names such as "admin" are allowed here: they are reserved for the operator of the
  // service.
  if (!LOGIN_ID_PATTERN.test(loginId))
    throw new CommandError('--login-id: must be 4 to 32 characters of a-z 0-9 . _ - and begin with a letter.', true);
  const name = options.name?.trim().normalize('NFC') ?? null;
  if (name !== null && !isVisibleLine(name, 64))
    throw new CommandError('--name: must be one line of 1 to 64 visible characters.', true);
  const locale = options.locale ?? defaultLocale;
  if (!isMailLocale(locale)) throw new CommandError(`--locale: must be one of ${mailLocales().join(', ')}.`, true);
  return { loginId, email, name, locale };
}
