// @ts-check

/** What an administrator does at the request of a member who cannot log in. */

import { FieldProblem } from '../form-problems.js';
import { formOf, valueOf } from '../form.js';
import { text } from '../page.js';
import { saveJson } from '../save-file.js';
import { callWithReason, segment } from './admin-api.js';
import { askFirst, dialogOf } from './dialog.js';
import { requiredText } from './fields.js';

/**
 * @param {import('./member-details.js').Details} member
 * @param {(message: string) => void} done gets the result in words
 * @returns {import('./member-actions.js').Action[]}
 */
export function memberRequests({ id, loginId, status, isSelf }, done) {
  const path = `members/${segment(id)}`;
  const isActive = status === 'active';
  const member = { member: loginId };

  function correctEmail() {
    dialogOf('correct-email').ask({
      title: text('correctEmail'),
      effect: text('correctEmailEffect', member),
      act: async (reason) => {
        const email = requiredText('correct-email', 'email', text('emailMissing'));
        await callWithReason('POST', `${path}/email`, { email }, reason);
        done(text('correctEmailDone', { email }));
      },
    });
  }

  function exportData() {
    askFirst({
      title: text('exportData'),
      effect: text('exportDataEffect', member),
      act: async (reason) => {
        saveJson(`${loginId}.json`, await callWithReason('GET', `${path}/export`, undefined, reason));
        done(text('exportDataDone', member));
      },
    });
  }

  function erase() {
    offerWaiting();
    dialogOf('erasure').ask({
      title: text('erase'),
      effect: text(isActive ? 'eraseEffect' : 'eraseClosedEffect', member),
      isDangerous: true,
      fields: isActive ? {} : { when: 'now' },
      act: async (reason) => {
        const typed = requiredText('erasure', 'loginId', text('eraseConfirmMissing'));
        if (typed.toLowerCase() !== loginId.toLowerCase())
          throw new FieldProblem('loginId', text('eraseConfirmWrong', member));
        const when = valueOf('erasure', 'when');
        await callWithReason('DELETE', path, { when }, reason);
        done(text(when === 'now' ? 'erasedNow' : 'erasedLater', member));
      },
    });
  }

  /** Only an active account can wait for its erasure: logging in restores it. */
  function offerWaiting() {
    // Without a grace period, the page offers no account to wait.
    const later = formOf('erasure').querySelector('[value="after-grace"]');
    /** @type {HTMLElement | null | undefined} */ (later?.closest('label'))?.toggleAttribute('hidden', !isActive);
  }

  // One's own address and account are changed in the account page.
  return [
    ...(isActive && !isSelf ? [{ name: 'correct-email', label: text('correctEmail'), ask: correctEmail }] : []),
    { name: 'export', label: text('exportData'), ask: exportData },
    ...(isSelf ? [] : [{ name: 'erase', label: text('erase'), ask: erase }]),
  ];
}
