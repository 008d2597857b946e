import { MailDev } from 'maildev';
import { freePort } from './free-port.js';

export interface MailInboxOptions {
  /** Where the mails lie; those of earlier runs are shown again. */
  directory: string;
  /** The ports to try first. */
  smtpPort?: number;
  webPort?: number;
}

/** A running mail inbox: an SMTP server that keeps what it gets, and a page (and JSON) to read it. */
export interface MailInbox {
  smtpUrl: string;
  webUrl: string;
  stop(): Promise<void>;
}

const LOOPBACK = '127.0.0.1';
/** Far above what a person or a test run sends; keeps a long-lived development folder from growing for ever. */
const KEPT_MAILS = 20_000;

/** Starts the inbox in this process, for this machine only. It relays nothing: no mail ever leaves it. */
export async function startMailInbox({ directory, smtpPort, webPort }: MailInboxOptions): Promise<MailInbox> {
  try {
    return await listen(directory, smtpPort && (await freePort(smtpPort)), webPort && (await freePort(webPort)));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    return listen(directory); // somebody has taken the port since it was found free
  }
}

/** Port 0 lets the system choose one. */
async function listen(directory: string, smtp = 0, web = 0): Promise<MailInbox> {
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
  // A client that keeps its connection open would otherwise hold up stop() for 30 seconds; MailDev has no option for it.
  const { options } = servers.smtp['smtp'] as unknown as { options: { closeTimeout: number } };
  options.closeTimeout = 500;
  return {
    smtpUrl: `smtp://${LOOPBACK}:${servers.smtp.getPort()}`,
    webUrl: `http://${LOOPBACK}:${servers.api?.getPort()}`,
    stop: () => maildev.stop(),
  };
}

/** MailDev prints its address with console.info even when told to be silent. */
async function withoutConsoleInfo<T>(action: () => Promise<T>): Promise<T> {
  const original = console.info;
  console.info = () => undefined;
  try {
    return await action();
  } finally {
    console.info = original;
  }
}
