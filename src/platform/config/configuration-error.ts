/** Names every variable that is wrong, each with the rule it breaks and never with its value. */
export class ConfigurationError extends Error {
  constructor(readonly problems: Record<string, string>) {
    const lines = Object.entries(problems).map(([name, rule]) => `  ${name}: ${rule}`);
    super(`The configuration cannot be used:\n${lines.join('\n')}`);
  }
}
