import { StartError } from './start-error.js';

/** Names every wrong variable with the rule that it breaks, never with its value. */
export class ConfigurationError extends StartError {
  constructor(readonly problems: Record<string, string>) {
    const lines = Object.entries(problems).map(([name, rule]) => `  ${name}: ${rule}`);
    super(`The configuration cannot be used:\n${lines.join('\n')}`);
  }
}
