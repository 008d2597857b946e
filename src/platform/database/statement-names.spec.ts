import { describe, expect, it } from '@jest/globals';
import { statementName } from './statement-names.js';

describe('the name of a statement', () => {
  it('depends only on the text', () => {
    expect(statementName('SELECT 1')).toBe(statementName('SELECT 1'));
    expect(statementName('SELECT 2')).not.toBe(statementName('SELECT 1'));
  });

  it('fits into an identifier of PostgreSQL', () => {
    expect(statementName('SELECT 1')).toMatch(/^[a-z0-9_]{1,63}$/);
  });

  it('is given to a limited number of statements and never changes', () => {
    const first = statementName('SELECT 1');
    const given = Array.from({ length: 1000 }, (_, index) => statementName(`SELECT 'value ${index}'`));
    expect(given.at(-1)).toBeUndefined();
    expect(new Set(given.filter(Boolean)).size).toBeLessThan(501);
    expect(statementName('SELECT 1')).toBe(first);
  });
});
