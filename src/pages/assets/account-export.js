// @ts-check

/** Saves everything that is held about the member as a file. */

import { text } from './page.js';
import { Panel } from './panel.js';
import { callRecently } from './recent-login.js';

export function offerExport() {
  const panel = new Panel('export');
  panel.onSubmit('export', async () => {
    panel.showMessage('');
    const data = await callRecently('export', 'GET', 'members/me/export');
    save('my-data.json', data);
    panel.reveal(''); // forgets the password
    panel.finish('export', text('exported'));
  });
}

/** @param {string} name @param {object} data */
function save(name, data) {
  const address = URL.createObjectURL(new Blob([JSON.stringify(data, null, 2)], { type: 'application/json' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  // The browser has its own reference by then.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
