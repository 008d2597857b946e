// @ts-check

/** The page behind the link that proves a new mail address. */

import { offerLinkAction } from './link-action.js';
import { text } from './page.js';

offerLinkAction({
  operation: 'members/me/email/confirm-link',
  refusals: { email_taken: text('addressTaken') },
});
