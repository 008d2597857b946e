/** What the command line says goes before what the environment says. Called before the configuration is read. */
export function overrideEnvironment(variables: Readonly<Record<string, string>>): void {
  Object.assign(process.env, variables);
}
