import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { fields } from '../../i18n/messages.en.js';
import { ERRORS } from './error-catalogue.js';

describe('docs/errors.md', () => {
  const page = readFileSync(new URL('../../../../docs/errors.md', import.meta.url), 'utf8');
  const [codes = '', fieldCodes = ''] = page.split('## Codes of fields');

  it('IV-07 lists every code with its status, what it means and what to do, in the order of the catalogue', () => {
    const rows = [...codes.matchAll(/^\|`(\w+)`\|(\d{3})\|(.+)\|(.+)\|$/gm)];
    expect(rows.map(([, code, status]) => [code, Number(status)])).toEqual(Object.entries(ERRORS));
  });

  it('lists every code of a field with its meaning', () => {
    const rows = [...fieldCodes.matchAll(/^\|`(\w+)`\|(.+)\|$/gm)];
    expect(rows.map(([, code]) => code)).toEqual(Object.keys(fields));
  });
});
