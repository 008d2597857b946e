import type { Command } from 'commander';
import type { CreateInvitationOptions } from './operations/commands/invitations.command.js';
import type { ReasonOption } from './operations/commands/operator.js';

/** Adds the commands `munjigi invitations …`. */
export function offerInvitations(munjigi: Command): void {
  const invitations = munjigi.command('invitations').description('invite people');

  invitations
    .command('create')
    .description('mail an invitation to make an account')
    .requiredOption('--email <address>', 'whom to invite')
    .option('--admin', 'as an administrator')
    .option('--locale <locale>', 'language of the mail: en, ko or one of MAIL_TEMPLATES_DIR')
    .option('--reason <text>', 'why, for the audit log and the mail')
    .action(async (options: CreateInvitationOptions) => {
      const { createInvitation } = await import('./operations/commands/invitations.command.js');
      const { withApplication } = await import('./bootstrap/command-application.js');
      await createInvitation(options, withApplication);
    });

  invitations
    .command('list')
    .description('list invitations, newest first')
    .action(async () => {
      const { listInvitations } = await import('./operations/commands/invitations.command.js');
      const { withApplication } = await import('./bootstrap/command-application.js');
      await listInvitations(withApplication);
    });

  invitations
    .command('resend')
    .argument('<id>', 'of the invitation, as "list" shows it')
    .description('mail a new code and link, with a new lifetime')
    .option('--reason <text>', 'why, for the audit log and the mail')
    .action(async (id: string, options: ReasonOption) => {
      const { resendInvitation } = await import('./operations/commands/invitations.command.js');
      const { withApplication } = await import('./bootstrap/command-application.js');
      await resendInvitation(id, options, withApplication);
    });

  invitations
    .command('withdraw')
    .argument('<id>', 'of the invitation, as "list" shows it')
    .description('end an invitation that is not accepted')
    .option('--reason <text>', 'why, for the audit log')
    .action(async (id: string, options: ReasonOption) => {
      const { withdrawInvitation } = await import('./operations/commands/invitations.command.js');
      const { withApplication } = await import('./bootstrap/command-application.js');
      await withdrawInvitation(id, options, withApplication);
    });
}
