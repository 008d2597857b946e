import { createInterface } from 'node:readline/promises';
import { parseEmailAddress } from '../../platform/addresses/email-address.js';
import { LOGIN_ID_PATTERN, normaliseLoginId } from '../../users/login-id.js';
import { AppConfig } from '../../platform/config/app-config.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import type { ErrorCode } from '../../platform/http/problems/error-catalogue.js';
import { LOCALES, type Locale } from '../../platform/i18n/locale.js';
import { isVisibleLine } from '../../platform/http/validation/text-checks.js';
import { AdminCreationService, type NewAdmin } from './admin-creation.service.js';
import type { WithApplication } from './with-application.js';
import { CommandError } from './command-error.js';

interface Options {
  readonly email?: string;
  readonly loginId?: string;
  readonly name?: string;
  readonly locale?: string;
}

const REFUSALS: Partial<Record<ErrorCode, string>> = {
  email_taken:
    'This address has an account already. An administrator can give it the role; this command makes new ones.',
  login_id_taken: 'Somebody has this login ID.',
};

/** `munjigi admin create`: works without a terminal where the options are given. No password is read, made known or mailed. */
export async function createAdmin(options: Options, withApplication: WithApplication): Promise<void> {
  const { defaultLocale, env } = AppConfig.load();
  const email = options.email ?? (await ask('Address: ', '--email'));
  const loginId = options.loginId ?? (await ask('Login ID: ', '--login-id'));
  const admin = checked({ ...options, email, loginId }, defaultLocale);
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
works for ${minutes} minutes; after that, "forgot password" sends another one.
Next: log in and set up two-step login. Without it nothing under /api/admin opens.`);
}

async function ask(question: string, option: string): Promise<string> {
  if (!process.stdin.isTTY) throw new CommandError(`${option} is needed: there is no terminal to ask on.`, true);
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await terminal.question(question);
  } finally {
    terminal.close();
  }
}

function checked(given: Options & { email: string; loginId: string }, defaultLocale: Locale): NewAdmin {
  const email = parseEmailAddress(given.email);
  if (!email) throw new CommandError('--email: this is not one plain address.', true);
  const loginId = normaliseLoginId(given.loginId);
  // Reserved names such as "admin" are kept for the service, which is who speaks here.
  if (!LOGIN_ID_PATTERN.test(loginId))
    throw new CommandError('--login-id: 4 to 32 of a-z 0-9 . _ - are needed, beginning with a letter.', true);
  const name = given.name?.trim().normalize('NFC') ?? null;
  if (name !== null && !isVisibleLine(name, 64))
    throw new CommandError('--name: one line of 1 to 64 visible characters is needed.', true);
  const locale = LOCALES.find((one) => one === (given.locale ?? defaultLocale));
  if (!locale) throw new CommandError(`--locale: one of ${LOCALES.join(', ')} is needed.`, true);
  return { loginId, email, name, locale };
}
