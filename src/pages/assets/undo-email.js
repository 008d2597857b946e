// @ts-check

/** The page behind the link that takes a change of the mail address back. */

import { offerLinkAction } from './link-action.js';
import { text } from './page.js';

offerLinkAction({
  operation: 'members/me/email/undo',
  refusals: { email_taken: text('addressTaken') },
});
