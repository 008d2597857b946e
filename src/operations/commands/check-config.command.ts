import 'reflect-metadata';
import { KeyRing } from '../../platform/crypto/key-ring.js';
import { AppConfig } from '../../platform/config/app-config.js';
import { configurationReport } from '../../platform/config/configuration-report.js';
import { TokenKeys } from '../../platform/crypto/tokens/token-keys.js';

/** `munjigi config check`: lists the settings. Throws the errors that would stop a server's start. */
export function checkConfig(): void {
  const lines = configurationReport();
  console.log(lines.length === 0 ? 'No settings are set.' : lines.join('\n'));
  const config = AppConfig.load();
  // The application parses keys on first use; parse them here so that invalid keys are reported.
  new TokenKeys(config, new KeyRing(config.secrets));
  for (const hint of config.hints()) console.log(`Note: ${hint}`);
  console.log('The configuration is valid. Settings that are not listed have their defaults (docs/configuration.md).');
}
