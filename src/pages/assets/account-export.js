// @ts-check

/** Saves everything that is held about the member as a file. */

import { text } from './page.js';
import { Panel } from './panel.js';
import { callRecently } from './recent-login.js';
import { saveJson } from './save-file.js';

export function offerExport() {
  const panel = new Panel('export');
  panel.onSubmit('export', async () => {
    panel.showMessage('');
    const data = await callRecently('export', 'GET', 'members/me/export');
    saveJson('my-data.json', data);
    panel.reveal(''); // forgets the password
    panel.finish('export', text('exported'));
  });
}
