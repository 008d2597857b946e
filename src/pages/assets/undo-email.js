// @ts-check

/** The page of the link that undoes a change of the e-mail address. */

import { offerLinkAction } from './link-action.js';
import { localTime } from './page.js';
import { offerRecoveryCode } from './recovery-code.js';

offerLinkAction({
  operation: 'members/me/email/undo',
  inspection: 'members/me/email/undo/inspect',
  describe: ({ maskedEmail, maskedLoginId, changedAt }) => ({
    oldEmail: maskedEmail,
    maskedLoginId,
    changedAt: localTime(changedAt),
  }),
  onDone: offerRecoveryCode,
});
