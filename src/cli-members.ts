import type { Command } from 'commander';
import type { ChangeEmailOptions, EraseOptions, ExportMemberOptions } from './operations/commands/members.command.js';

const REASON = ['--reason <text>', 'the request of the member, for the audit log and the mail'] as const;
const MEMBER = ['<member>', 'id, login ID or address'] as const;

/** Adds the commands `munjigi members …`. */
export function offerMemberRequests(munjigi: Command): void {
  const members = munjigi.command('members').description('do what a member asked for who cannot log in');

  members
    .command('change-email')
    .argument(...MEMBER)
    .description('mail a link to the new address, which makes the change')
    .requiredOption('--email <address>', 'the new address')
    .requiredOption(...REASON)
    .action(async (member: string, options: ChangeEmailOptions) => {
      const { changeEmail } = await import('./operations/commands/members.command.js');
      const { withMemberRequests } = await import('./bootstrap/member-command-application.js');
      await changeEmail(member, options, withMemberRequests);
    });

  members
    .command('erase')
    .argument(...MEMBER)
    .description('close the account; it is erased after the waiting period, in which a login restores it')
    .option('--now', 'erase within minutes; no login restores it')
    .requiredOption(...REASON)
    .action(async (member: string, options: EraseOptions) => {
      const { eraseMember } = await import('./operations/commands/members.command.js');
      const { withMemberRequests } = await import('./bootstrap/member-command-application.js');
      await eraseMember(member, options, withMemberRequests);
    });

  members
    .command('export')
    .argument(...MEMBER)
    .description('write what is held about the member to a file, as JSON')
    .requiredOption('--file <file>', 'the file to create')
    .requiredOption('--reason <text>', 'the request of the member, for the audit log')
    .action(async (member: string, options: ExportMemberOptions) => {
      const { exportMember } = await import('./operations/commands/members.command.js');
      const { withMemberRequests } = await import('./bootstrap/member-command-application.js');
      await exportMember(member, options, withMemberRequests);
    });
}
