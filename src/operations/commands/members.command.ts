import { open, rm } from 'node:fs/promises';
import { parseEmailAddress } from '../../platform/addresses/email-address.js';
import { CommandError } from '../../platform/config/command-error.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import type { ErrorCode } from '../../platform/http/problems/error-catalogue.js';
import { MemberRequestsOfOperatorService } from './member-requests-of-operator.service.js';
import { checkReason, inWords, operatorContext } from './operator.js';
import type { WithApplication } from './with-application.js';

const UNKNOWN_MEMBER = { not_found: 'There is no such member.' };

const REFUSALS = {
  'change-email': {
    ...UNKNOWN_MEMBER,
    email_taken: 'This address already has an account.',
    member_not_active: 'The member is disabled or has closed the account: the address cannot be changed.',
  },
  erase: {
    ...UNKNOWN_MEMBER,
    member_not_active: 'The member is disabled or has closed the account: use "erase --now".',
    last_admin: 'This is the last active administrator: make another one first.',
  },
  export: UNKNOWN_MEMBER,
} as const satisfies Record<string, Partial<Record<ErrorCode, string>>>;

interface RequestOptions {
  readonly reason: string;
}

/** The options of `munjigi members change-email`, as typed. */
export interface ChangeEmailOptions extends RequestOptions {
  readonly email: string;
}

/** The options of `munjigi members erase`. */
export interface EraseOptions extends RequestOptions {
  readonly now?: boolean;
}

/** The options of `munjigi members export`. */
export interface ExportMemberOptions extends RequestOptions {
  readonly file: string;
}

/** `munjigi members change-email`: a running server or worker sends the mails. */
export async function changeEmail(
  member: string,
  { email: typed, reason }: ChangeEmailOptions,
  withApplication: WithApplication,
): Promise<void> {
  const email = parseEmailAddress(typed);
  if (!email) throw new CommandError('--email: this is not a single plain address.', true);
  await act('change-email', reason, withApplication, async (requests, context) => {
    await requests.changeEmail(member, email, context);
    return 'The mail with the link is in the outbox. The address changes when the link is used.';
  });
}

/** `munjigi members erase`: a running server or worker erases what is due. */
export async function eraseMember(
  member: string,
  { now = false, reason }: EraseOptions,
  withApplication: WithApplication,
): Promise<void> {
  await act('erase', reason, withApplication, async (requests, context) => {
    await requests.erase(member, now, context);
    return now
      ? 'The account is closed for good, and erased within minutes.'
      : 'The account is closed. It is erased after the waiting period; until then a login restores it.';
  });
}

/** `munjigi members export`: never overwrites a file. */
export async function exportMember(
  member: string,
  { file, reason }: ExportMemberOptions,
  withApplication: WithApplication,
): Promise<void> {
  await act('export', reason, withApplication, async (requests, context) => {
    const id = await requests.getId(member);
    const refuse = (what: string) => (error: Error) => {
      throw new CommandError(`${file}: cannot be ${what}: ${error.message}`);
    };
    const output = await open(file, 'wx', 0o600).catch(refuse('created'));
    try {
      const text = `${JSON.stringify(await requests.export(id, context), null, 2)}\n`;
      // `writeFile` also fails where only a part was written, for instance on a full disk.
      await output.writeFile(text).catch(refuse('written'));
    } catch (error) {
      await rm(file, { force: true }); // half a file would stop the next attempt
      throw error;
    } finally {
      await output.close();
    }
    return `${file} has what is held about the member. Delete it after use.`;
  });
}

type Work = (requests: MemberRequestsOfOperatorService, context: ClientContext) => Promise<string>;

/** Does `work` for the operator and prints what it returns. */
async function act(
  command: keyof typeof REFUSALS,
  reason: string,
  withApplication: WithApplication,
  work: Work,
): Promise<void> {
  checkReason(reason);
  await withApplication(async (app) => {
    const context = operatorContext(app, `members ${command}`, reason);
    try {
      console.log(await work(app.get(MemberRequestsOfOperatorService), context));
    } catch (error) {
      throw inWords(error, REFUSALS[command]);
    }
  });
}
