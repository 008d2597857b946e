import type { WithApplication } from '../operations/commands/with-application.js';
import { withModule } from './command-application.js';
import { MemberCommandModule } from './member-command.module.js';

/** As {@link withApplication}, with the services of `munjigi members`. */
export const withMemberRequests: WithApplication = (work) => withModule(MemberCommandModule, work);
