import { ConfigurationError } from '../../platform/config/configuration-error.js';
import type { MailRendererOptions } from '../templates/mail-renderer.js';
import { describeFault } from './override-fault.js';
import { OverrideChecker } from './override-checker.js';
import { OverrideReader } from './override-reader.js';
import type { MailOverrides } from './mail-overrides.js';

/** The most faults that are printed. More would hide the first ones. */
const MAX_FAULTS = 30;

/**
 * Reads and checks the mail texts of the operator. One fault in any text stops the start of the server:
 * otherwise only members would notice a mail without its code (AC-61).
 * @param directory MAIL_TEMPLATES_DIR
 * @throws ConfigurationError with one sentence per fault, up to {@link MAX_FAULTS}
 */
export function loadMailOverrides(directory: string, options: MailRendererOptions): MailOverrides {
  const reader = new OverrideReader(directory);
  const overrides = reader.read();
  const checker = new OverrideChecker(overrides, options);
  checker.check();
  const faults = [...reader.faults, ...checker.faults];
  if (faults.length === 0) return overrides;
  const lines = faults.slice(0, MAX_FAULTS).map((fault) => `    ${describeFault(fault)}`);
  if (faults.length > MAX_FAULTS) lines.push(`    and ${faults.length - MAX_FAULTS} more`);
  throw new ConfigurationError({ MAIL_TEMPLATES_DIR: `holds mail texts with faults:\n${lines.join('\n')}` });
}
