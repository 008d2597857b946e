import { str } from 'envalid';
import { flag, hostName, sender, smtpUrl } from './setting-types.js';

/** The mail server and the sender of mails. */
export const MAIL_SERVER_ENVIRONMENT = {
  SMTP_URL: smtpUrl({
    devDefault: 'smtp://localhost:1025',
    desc: 'mail server; smtps:// uses TLS from the first byte',
    example: 'smtps://user:PASSWORD@mail.example.com:465',
  }),
  SMTP_REQUIRE_TLS: flag({
    default: true,
    devDefault: false,
    desc: 'with smtp://, send only after STARTTLS; false: STARTTLS if the server offers it',
  }),
  SMTP_CA_FILE: str({
    default: undefined,
    desc: 'PEM file of the only authority to trust for the mail server, or its self-signed certificate',
    example: '/etc/munjigi/mail-ca.pem',
  }),
  SMTP_VERIFY_CERTIFICATE: flag({
    default: true,
    desc: 'check the certificate of the mail server; false: an attacker on the way can read codes and links',
  }),
  SMTP_CLIENT_NAME: hostName({
    default: undefined,
    desc: 'name in EHLO; default the host of PUBLIC_URL',
    example: 'accounts.example.com',
  }),
  MAIL_FROM: sender({
    devDefault: 'Munjigi <no-reply@munjigi.localhost>',
    desc: 'sender of every mail, one address or Name <address>',
    example: 'Example <no-reply@example.com>',
  }),
  PRODUCT_NAME: str({ default: 'Munjigi', desc: 'name of your product in mails and pages' }),
};
