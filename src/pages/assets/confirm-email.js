// @ts-check

/** The page of the link that confirms a new e-mail address. */

import { offerLinkAction } from './link-action.js';

offerLinkAction({
  operation: 'members/me/email/confirm-link',
  inspection: 'members/me/email/inspect-link',
  describe: ({ maskedEmail, maskedLoginId }) => ({ newEmail: maskedEmail, maskedLoginId }),
});
