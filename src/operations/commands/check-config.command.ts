import 'reflect-metadata';
import { KeyRing } from '../../platform/crypto/key-ring.js';
import { AppConfig } from '../../platform/config/app-config.js';
import { configurationReport } from '../../platform/config/configuration-report.js';
import { TokenKeys } from '../../platform/crypto/tokens/token-keys.js';

/** `munjigi config check`: throws what the server would refuse to start with. */
export function checkConfig(): void {
  const lines = configurationReport();
  console.log(lines.length === 0 ? 'Nothing is set.' : lines.join('\n'));
  const config = AppConfig.load();
  // Keys are read when they are first needed, and so is what is wrong with them.
  new TokenKeys(config, new KeyRing(config.secrets));
  for (const hint of config.hints()) console.log(`Note: ${hint}`);
  console.log('The configuration can be used. Whatever is not listed has its default (docs/configuration.md).');
}
