// @ts-check

/** The page of the link that undoes a change of the e-mail address. */

import { offerLinkAction } from './link-action.js';
import { text } from './page.js';

offerLinkAction({
  operation: 'members/me/email/undo',
  refusals: { email_taken: text('addressTaken') },
});
