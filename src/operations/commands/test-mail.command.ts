import { createTransport } from 'nodemailer';
import { describeFailure } from '../../mail/delivery/smtp-failure.js';
import { smtpOptions } from '../../mail/delivery/mailer-options.js';
import { parseEmailAddress } from '../../platform/addresses/email-address.js';
import { AppConfig } from '../../platform/config/app-config.js';
import { CommandError } from '../../platform/config/command-error.js';

/**
 * `munjigi mail test`: sends a mail directly, without the outbox, so that the operator sees the mail
 * server's own reply.
 */
export async function sendTestMail(input: string): Promise<void> {
  const config = AppConfig.loadForCommand();
  const address = parseEmailAddress(input)?.address;
  if (address === undefined) throw new CommandError('This is not a single plain address.', true);
  const { transport, defaults } = smtpOptions(config);
  const transporter = createTransport(transport, defaults);
  try {
    await transporter.sendMail({
      to: { name: '', address },
      subject: `[${config.env.PRODUCT_NAME}] Test mail`,
      text: `This mail was sent by "munjigi mail test". The mail settings work.\n`,
    });
  } catch (error) {
    throw new CommandError(`The mail server of SMTP_URL did not accept the mail: ${describeFailure(error)}`);
  } finally {
    transporter.close();
  }
  console.log(`The mail server has accepted a mail to ${address}.`);
}
