import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { commandSecret, developmentSecret, requireSecretOfServers } from './secrets.js';

describe('the secret', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'munjigi-secret-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it('is missing where neither SECRET is set nor a server has made a secret', () => {
    const refusal = expect.objectContaining({ message: expect.stringContaining('SECRET: is missing') });
    expect(() => requireSecretOfServers({}, directory)).toThrow(refusal);
    expect(() => requireSecretOfServers({ SECRET: '' }, directory)).toThrow(refusal);
    requireSecretOfServers({ SECRET: 'anything' }, directory);
    developmentSecret(directory);
    requireSecretOfServers({}, directory);
  });

  it('of a command is that of the servers, or a random one that no later command takes for theirs', () => {
    expect(commandSecret(directory)).not.toBe(commandSecret(directory));
    expect(() => requireSecretOfServers({}, directory)).toThrow(/SECRET: is missing/);
    const secret = developmentSecret(directory);
    expect(commandSecret(directory)).toBe(secret);
  });

  it('is not read from a file that was written only in part', () => {
    writeFileSync(join(directory, 'secret'), '');
    expect(() => developmentSecret(directory)).toThrow(
      expect.objectContaining({ message: expect.stringContaining('is not whole') }),
    );
  });
});
