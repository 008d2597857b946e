import { InvitationsRepository, type InvitationRow } from '../../verification/invitations/invitations.repository.js';
import { InvitationsService } from '../../verification/invitations/invitations.service.js';
import { OPERATOR } from '../../verification/invitations/inviters.service.js';
import { parseEmailAddress } from '../../platform/addresses/email-address.js';
import { AppConfig } from '../../platform/config/app-config.js';
import { CommandError } from '../../platform/config/command-error.js';
import { requireSecretOfServers } from '../../platform/config/secrets.js';
import { Database } from '../../platform/database/database.js';
import type { Tx } from '../../platform/database/sql.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import type { ErrorCode } from '../../platform/http/problems/error-catalogue.js';
import { isUuid } from '../../platform/http/validation/field-decorators.js';
import { isMailLocale, mailLocales } from '../../platform/i18n/mail-locale.js';
import { checkReason, inWords, operatorContext, type ReasonOption } from './operator.js';
import type { WithApplication } from './with-application.js';

const MAX_LISTED = 1000;

const REFUSALS: Partial<Record<ErrorCode, string>> = {
  email_taken: 'This address already has an account.',
  invitation_pending: 'This address has an open invitation: resend or withdraw it.',
  not_found: 'There is no such invitation, or it is accepted.',
};

/** The options of `munjigi invitations create`, as typed. */
export interface CreateInvitationOptions extends ReasonOption {
  readonly email: string;
  readonly admin?: boolean;
  readonly locale?: string;
}

/** `munjigi invitations create`: a running server or worker sends the mail. */
export async function createInvitation(
  { email: typed, admin = false, locale: wanted, reason }: CreateInvitationOptions,
  withApplication: WithApplication,
): Promise<void> {
  requireSecretOfServers();
  const locale = wanted ?? AppConfig.loadForCommand().defaultLocale;
  const email = parseEmailAddress(typed);
  if (!email) throw new CommandError('--email: this is not a single plain address.', true);
  if (!isMailLocale(locale)) throw new CommandError(`--locale: must be one of ${mailLocales().join(', ')}.`, true);
  const details = { email, role: admin ? ('admin' as const) : ('member' as const), locale, attributes: null };
  await write('create', reason, withApplication, async (invitations, tx, context) => {
    const { id } = await invitations.create(tx, details, OPERATOR, context);
    return `Invitation ${id}: its mail is in the outbox.`;
  });
}

/** `munjigi invitations list`: the newest 1,000, without codes and links. */
export async function listInvitations(withApplication: WithApplication): Promise<void> {
  await withApplication(async (app) => {
    const rows = await app.get(InvitationsRepository, { strict: false }).list(MAX_LISTED + 1, null);
    const listed = rows.slice(0, MAX_LISTED);
    console.log(rows.length === 0 ? 'There are no invitations.' : listed.map(describe).join('\n'));
    if (rows.length > MAX_LISTED) console.error(`Only the newest ${MAX_LISTED} are listed.`);
  });
}

/** `munjigi invitations resend`: the operator becomes the inviter. */
export async function resendInvitation(
  id: string,
  { reason }: ReasonOption,
  withApplication: WithApplication,
): Promise<void> {
  checkId(id);
  await write('resend', reason, withApplication, async (invitations, tx, context) => {
    await invitations.renew(tx, await invitations.getPending(tx, id), OPERATOR, context);
    return 'The mail with a new code and link is in the outbox.';
  });
}

/** `munjigi invitations withdraw`: its code and link stop working. */
export async function withdrawInvitation(
  id: string,
  { reason }: ReasonOption,
  withApplication: WithApplication,
): Promise<void> {
  checkId(id);
  await write('withdraw', reason, withApplication, async (invitations, tx, context) => {
    await invitations.withdraw(tx, await invitations.getPending(tx, id), context);
    return 'The invitation is withdrawn.';
  });
}

type Work = (invitations: InvitationsService, tx: Tx, context: ClientContext) => Promise<string>;

/** Runs `work` in a transaction and prints what it returns. */
async function write(
  command: string,
  reason: string | undefined,
  withApplication: WithApplication,
  work: Work,
): Promise<void> {
  checkReason(reason);
  await withApplication(async (app) => {
    const invitations = app.get(InvitationsService, { strict: false });
    const context = operatorContext(app, `invitations ${command}`, reason);
    try {
      console.log(await app.get(Database).transaction((tx) => work(invitations, tx, context)));
    } catch (error) {
      throw inWords(error, REFUSALS);
    }
  });
}

function checkId(id: string): void {
  if (!isUuid(id)) throw new CommandError('This is not the id of an invitation: see "munjigi invitations list".', true);
}

function describe({ id, email, role, acceptedAt, isExpired, expiresAt }: InvitationRow): string {
  const state = acceptedAt
    ? `accepted ${acceptedAt.toISOString()}`
    : `${isExpired ? 'expired' : 'expires'} ${expiresAt.toISOString()}`;
  return `${id}  ${email}  ${role}  (${state})`;
}
