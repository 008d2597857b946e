import { parseEmailAddress } from '../../platform/addresses/email-address.js';
import { AppConfig } from '../../platform/config/app-config.js';
import { describeFailure } from '../../mail/delivery/smtp-failure.js';
import { createSmtpTransport } from '../../mail/delivery/smtp-transport.js';
import { CommandError } from './command-error.js';

/** `munjigi mail test`: goes straight to the mail server, so that what it answers is what the operator reads. */
export async function sendTestMail(input: string): Promise<void> {
  const { env } = AppConfig.load();
  const address = parseEmailAddress(input)?.address;
  if (address === undefined) throw new CommandError('This is not one plain address.', true);
  const transport = createSmtpTransport(env);
  try {
    await transport.sendMail({
      from: env.MAIL_FROM,
      to: { name: '', address },
      subject: `[${env.PRODUCT_NAME}] Test mail`,
      text: `This mail was sent by "munjigi mail test". The mail settings work.\n`,
      headers: { 'Auto-Submitted': 'auto-generated' },
    });
  } catch (error) {
    throw new CommandError(`The mail server of SMTP_URL did not take the mail: ${describeFailure(error)}`);
  } finally {
    transport.close();
  }
  console.log(`The mail server has taken a mail to ${address}.`);
}
