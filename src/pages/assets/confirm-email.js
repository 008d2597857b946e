// @ts-check

/** The page of the link that confirms a new e-mail address. */

import { offerLinkAction } from './link-action.js';
import { text } from './page.js';

offerLinkAction({
  operation: 'members/me/email/confirm-link',
  refusals: { email_taken: text('addressTaken') },
});
