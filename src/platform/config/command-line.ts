/**
 * Lets options of the command line override environment variables. Call it before the configuration
 * is read.
 */
export function overrideEnvironment(variables: Readonly<Record<string, string>>): void {
  Object.assign(process.env, variables);
}
