import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { SECURITY_EVENT_TYPES } from './security-events.js';

describe('docs/events.md', () => {
  const page = readFileSync(new URL('../../../docs/events.md', import.meta.url), 'utf8');
  const source = readFileSync(new URL('./security-events.ts', import.meta.url), 'utf8');
  const rows = [...page.matchAll(/^\|`([a-z_.-]+)`\|(.+)\|(.*)\|$/gm)];

  it('SL-04 lists every event with its meaning', () => {
    expect(rows.map(([, type]) => type)).toEqual(SECURITY_EVENT_TYPES);
  });

  it('SL-04 lists the details of every event', () => {
    const declared = SECURITY_EVENT_TYPES.map((type) => {
      const details = new RegExp(`^ {2}'${type}': details<\\{([^}]*)\\}>`, 'm').exec(source)?.[1] ?? '';
      return [type, [...details.matchAll(/(\w+): /g)].map(([, name]) => name)];
    });
    const documented = rows.map(([, type, , details]) => [
      type,
      [...details!.matchAll(/(?:^|[;,] )`(\w+)`(?=:| *$)/g)].map(([, name]) => name),
    ]);
    expect(documented).toEqual(declared);
  });
});
