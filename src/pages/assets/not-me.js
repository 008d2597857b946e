// @ts-check

/** The page of the link "It wasn't me" in a security mail. */

import { offerLinkAction } from './link-action.js';
import { localTime, text } from './page.js';
import { offerRecoveryCode } from './recovery-code.js';

offerLinkAction({
  operation: 'auth/not-me',
  inspection: 'auth/not-me/inspect',
  describe: ({ event, happenedAt, maskedLoginId }) => ({
    event: text(`event-${event}`) || text('eventUnknown'),
    happenedAt: localTime(happenedAt),
    maskedLoginId,
  }),
  onDone: offerRecoveryCode,
});
