// @ts-check

/**
 * Shows the text about the mail that a request for a code may have brought. The API's response is the
 * same for known and unknown addresses. Only the wait in it shows that an earlier mail still counts.
 */

/** The wait after a mail, in seconds. */
const COOLDOWN = Number(document.body.dataset.resendSeconds);

/** @typedef {'sent' | 'earlier' | 'many'} MailKind */

/** @param {number} resendAfter seconds until another mail can be requested @returns {MailKind} */
export function mailKind(resendAfter) {
  if (resendAfter > COOLDOWN) return 'many'; // the address has had as many mails as it may
  return resendAfter < COOLDOWN - 1 ? 'earlier' : 'sent';
}

/** @param {MailKind} kind @param {ParentNode} [part] */
export function showMailText(kind, part = document) {
  for (const element of /** @type {NodeListOf<HTMLElement>} */ (part.querySelectorAll('[data-mail]'))) {
    element.hidden = element.dataset.mail !== kind;
  }
}
