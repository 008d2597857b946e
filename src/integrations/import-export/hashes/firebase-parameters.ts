import { readFileSync } from 'node:fs';
import { CommandError } from '../../../platform/config/command-error.js';
import { SIGNER_KEY_BYTES, type FirebaseParameters } from '../../../security/passwords/legacy-hashes/firebase.js';

/**
 * Reads the password hash parameters as Firebase's console shows them, or as JSON. They are in a
 * file, because other users of the machine can read the arguments of a process.
 * @throws CommandError if the file cannot be read, lacks a parameter or has an invalid one
 */
export function readFirebaseParameters(file: string): FirebaseParameters {
  const text = readText(file);
  const valueOf = (name: string): string => {
    const value = new RegExp(`\\b${name}["']?\\s*[:=]\\s*["']?([\\w+/=-]*)`).exec(text)?.[1];
    if (value === undefined) throw new CommandError(`--hash-parameters: ${file} has no ${name}.`, true);
    return value;
  };
  const signerKey = Buffer.from(valueOf('base64_signer_key'), 'base64');
  const saltSeparator = Buffer.from(valueOf('base64_salt_separator'), 'base64');
  const [rounds, memCost] = [Number(valueOf('rounds')), Number(valueOf('mem_cost'))];
  if (signerKey.length !== SIGNER_KEY_BYTES || !(rounds >= 1) || !(memCost >= 1))
    throw new CommandError(`--hash-parameters: the values in ${file} are not those of a Firebase project.`, true);
  return { signerKey, saltSeparator, rounds, memCost };
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new CommandError(`--hash-parameters: ${file} cannot be read: ${(error as Error).message}`, true);
  }
}
