import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { ENVIRONMENT } from '../src/platform/config/environment.js';
import { environmentExample, GROUPS } from './environment-example.js';
import { PROJECT_ROOT } from './project.js';

const NAMES = Object.keys(ENVIRONMENT);
const read = (name: string): string => readFileSync(path.join(PROJECT_ROOT, name), 'utf8');

describe('the documentation of the settings', () => {
  it('equals the table of settings (if not: npm run docs)', () => {
    expect(read('.env.example')).toBe(environmentExample());
  });

  it('names every setting once, with its meaning', () => {
    const settings = [...read('.env.example').matchAll(/^# (.+)\n(?:# .+\n)*?(?:# )?([A-Z][A-Z0-9_]+)=/gm)];
    expect(settings.map(([, , name]) => name)).toEqual(NAMES);
    for (const [, meaning, name] of settings)
      expect([name, meaning]).toEqual([name, expect.stringMatching(/\S{2}.*\.$/)]);
  });

  it('leaves exactly the settings that production requires to be filled in', () => {
    const toFillIn = [...read('.env.example').matchAll(/^([A-Z0-9_]+)=(.*)$/gm)].map(([, name, value]) => [
      name,
      value,
    ]);
    expect(toFillIn).toEqual(
      ['PUBLIC_URL', 'DATABASE_URL', 'SMTP_URL', 'MAIL_FROM', 'SECRET'].map((name) => [name, '']),
    );
  });

  it('begins each group at a setting that exists', () => {
    for (const [, first] of GROUPS) expect(NAMES).toContain(first);
    expect(GROUPS[0]?.[1]).toBe(NAMES[0]);
  });
});
