import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { IS_LONG } from '../support/test-length.js';
import { valid, type FuzzedRequest } from './arbitraries.js';
import { FuzzTarget } from './fuzz-target.js';
import { NAUGHTY_STRINGS } from './naughty-strings.js';
import type { Operation, Schema } from './operations.js';

/** The number of strings per field in the short form, different in each run. */
const SAMPLE = 12;

let target: FuzzTarget;
beforeAll(async () => {
  target = await FuzzTarget.start();
});
afterAll(() => target.stop('naughty strings'));

const bodyWith = ({ properties = {}, required = [] }: Schema, field: string, text: string): Record<string, unknown> => {
  const names = [...new Set([...required, field])];
  const body = names.map((name) => {
    const [value] = name === field ? [text] : fc.sample(valid(properties[name]!), { numRuns: 1, seed: 1 });
    return [name, value];
  });
  return Object.fromEntries(body) as Record<string, unknown>;
};

/** Each string in each text field of an otherwise valid request. */
function* requests() {
  const strings = (): readonly string[] =>
    IS_LONG ? NAUGHTY_STRINGS : target.random.shuffled(NAUGHTY_STRINGS).slice(0, SAMPLE);
  const request = (operation: Operation, given: Partial<FuzzedRequest>) =>
    target.complete(operation, {
      method: operation.method,
      path: operation.path.replace(/\{\w+\}/g, '4b0f3c1e-6f0d-4c55-9d0a-0f4f3a4f2c11'),
      headers: {},
      token: 'right',
      body: undefined,
      ...given,
    });
  for (const operation of target.operations) {
    const { body, parameters, path } = operation;
    for (const [field, { type }] of Object.entries(body?.properties ?? {})) {
      if (type !== 'string' && type !== undefined) continue;
      for (const text of strings())
        yield request(operation, { body: Buffer.from(JSON.stringify(bodyWith(body!, field, text))) });
    }
    for (const { name, in: place } of parameters) {
      const inUrl = (text: string): string => encodeURIComponent(text.toWellFormed()).slice(0, 6000);
      for (const text of place === 'header' ? [] : strings())
        yield request(operation, {
          path: place === 'path' ? path.replace(`{${name}}`, inUrl(text)) : `${path}?${name}=${inUrl(text)}`,
        });
    }
  }
}

describe('strings that have broken programs before', () => {
  it('IV-02 IV-05 IV-07 ML-01 they break nothing in any text field', async () => {
    expect(NAUGHTY_STRINGS.length).toBeGreaterThan(515);
    await target.sendAll(requests());
    await target.expectUnharmed();
  });
});
