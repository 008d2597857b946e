import { MailDev } from 'maildev';
import { freePort } from './free-port.js';

export interface MailInboxOptions {
  /** The folder of the mails; those of earlier runs are shown again. */
  directory: string;
  /** The ports to try first. */
  smtpPort?: number;
  webPort?: number;
  /** Called for each mail that arrives. */
  onMail?: (mail: ArrivedMail) => void;
}

/** The parts of a mail that a developer looks for. */
export interface ArrivedMail {
  to: string;
  subject: string;
  /** Without the HTML. */
  text: string;
}

/** A running mail inbox: an SMTP server that stores mails, and a page and JSON API to read them. */
export interface MailInbox {
  smtpUrl: string;
  webUrl: string;
  stop(): Promise<void>;
}

/** A mail as MailDev announces it, as far as it is used here. */
interface Email {
  to: { address: string }[];
  subject: string;
  text?: string;
}

const LOOPBACK = '127.0.0.1';
/** Far above what a test run sends; keeps a long-lived development folder from growing forever. */
const KEPT_MAILS = 20_000;

/**
 * Starts the inbox in this process, for this machine only. It relays nothing: no mail ever leaves
 * it.
 */
export async function startMailInbox(options: MailInboxOptions): Promise<MailInbox> {
  const { smtpPort, webPort } = options;
  try {
    return await listen(options, smtpPort && (await freePort(smtpPort)), webPort && (await freePort(webPort)));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    return listen(options); // another process has taken the port since it was found free
  }
}

/** Port 0 lets the system choose one. */
async function listen({ directory, onMail }: MailInboxOptions, smtp = 0, web = 0): Promise<MailInbox> {
  const maildev = new MailDev({
    ip: LOOPBACK,
    webIp: LOOPBACK,
    smtp,
    web,
    mailDirectory: directory,
    maxEmails: KEPT_MAILS,
    silent: true,
  });
  const servers = await withoutConsoleInfo(() => maildev.start());
  // An idle client connection would otherwise delay stop() by 30 seconds; MailDev has no option for
  // this.
  const { options } = servers.smtp['smtp'] as unknown as { options: { closeTimeout: number } };
  options.closeTimeout = 500;
  if (onMail) servers.smtp.on('new', (mail: Email) => onMail(arrived(mail)));
  return {
    smtpUrl: `smtp://${LOOPBACK}:${servers.smtp.getPort()}`,
    webUrl: `http://${LOOPBACK}:${servers.api?.getPort()}`,
    stop: () => maildev.stop(),
  };
}

function arrived({ to, subject, text = '' }: Email): ArrivedMail {
  return { to: to.map(({ address }) => address).join(', '), subject, text };
}

/** MailDev prints its address with console.info even in silent mode. */
async function withoutConsoleInfo<T>(action: () => Promise<T>): Promise<T> {
  const original = console.info;
  console.info = () => undefined;
  try {
    return await action();
  } finally {
    console.info = original;
  }
}
