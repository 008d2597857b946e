import 'reflect-metadata';
import { MemberAttributes } from '../../platform/attributes/member-attributes.js';
import { KeyRing } from '../../platform/crypto/key-ring.js';
import { AppConfig } from '../../platform/config/app-config.js';
import { configurationReport } from '../../platform/config/configuration-report.js';
import { TokenKeys } from '../../platform/crypto/tokens/token-keys.js';
import { CommandError } from '../../platform/config/command-error.js';
import { ConsentDocuments } from '../../platform/consents/consent-documents.js';
import { checkServers } from './server-checks.js';

/**
 * `munjigi config check`: lists the settings and tries the servers that they name.
 * @param offline whether to check only the settings
 * @throws ConfigurationError as at a server's start
 * @throws CommandError when a server cannot be used
 */
export async function checkConfig({ offline }: { offline: boolean }): Promise<void> {
  const lines = configurationReport();
  console.log(lines.length === 0 ? 'No settings are set.' : lines.join('\n'));
  const config = AppConfig.loadForCommand();
  // The application parses keys on first use; parse them here so that invalid keys are reported.
  new TokenKeys(config, new KeyRing(config.secrets));
  await MemberAttributes.ofFile(config.env.MEMBER_ATTRIBUTES);
  await ConsentDocuments.ofFile(config.env.CONSENTS);
  if (config.env.MAIL_TEMPLATES_DIR !== undefined) {
    const { checkMailTexts } = await import('./mail-texts.command.js');
    await checkMailTexts(config);
  }
  for (const hint of config.hints()) console.log(`Note: ${hint}`);
  console.log('The configuration is valid. Settings that are not listed have their defaults (.env.example).');
  if (offline) {
    console.log('No server was tried (--offline).');
    return;
  }
  const checks = await checkServers(config);
  for (const { isWorking, line } of checks) if (isWorking) console.log(line);
  const failures = checks.filter(({ isWorking }) => !isWorking);
  if (failures.length > 0) throw new CommandError(failures.map(({ line }) => line).join('\n'));
}
