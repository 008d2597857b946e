import { simpleParser } from 'mailparser';
import { eventually } from './eventually.js';
import { type Inbox, openInbox } from './inboxes.js';

/** A mail as its recipient sees it. */
export interface Mail {
  id: string;
  subject: string;
  from: string;
  to: string[];
  text: string;
  html: string;
  headers: Map<string, unknown>;
  /** As it came over the network. */
  raw: string;
  /** The six digits in the text; undefined where there are none. */
  code?: string;
  /** The URLs in the text. */
  links: string[];
  /** The secret behind `#token=` in one of the links. */
  linkToken?: string;
}

/** Gives access to the outbox, to be sure that no mail is still waiting. */
interface HasOutbox {
  sql: { query(text: string): Promise<{ rows: unknown[] }> };
}

/** The mails sent to one address, oldest first. */
export class AddressMailbox {
  constructor(
    private readonly address: string,
    private readonly read: (address: string) => Promise<Mail[]>,
  ) {}

  all(): Promise<Mail[]> {
    return this.read(this.address);
  }

  /** The first mail, or the first one later than `after`. */
  async next({ after }: { after?: Mail } = {}): Promise<Mail> {
    return this.until(`a mail${after ? ` after "${after.subject}"` : ''}`, (mails) => {
      return mails[after ? mails.findIndex(({ id }) => id === after.id) + 1 : 0];
    });
  }

  /** All mails, once there are at least `count`. */
  async waitForCount(count: number): Promise<Mail[]> {
    return this.until(`${count} mails`, (mails) => (mails.length >= count ? mails : undefined));
  }

  private async until<T>(wanted: string, find: (mails: Mail[]) => T | undefined): Promise<T> {
    let mails: Mail[] = [];
    const look = async (): Promise<T | undefined> => find((mails = await this.all()));
    try {
      return await eventually(`${this.address} gets ${wanted}`, look);
    } catch (cause) {
      const subjects = mails.map(({ subject }) => subject).join(', ') || 'nothing';
      throw new Error(`${this.address} did not get ${wanted}. It got: ${subjects}.`, { cause });
    }
  }
}

/** Reads the inbox behind MAIL_INBOX_URL: that of the test run, MailDev or MailHog. */
export class Mailbox {
  /** A mail never changes, so each is fetched once. */
  private readonly fetched = new Map<string, Promise<Mail>>();
  /** The addresses that were read. */
  private readonly addresses = new Set<string>();
  private inbox?: Promise<Inbox>;

  to(address: string): AddressMailbox {
    // The domain has no case and is sent in lower case; the part before it is sent as typed.
    const sent = address.replace(/@[^@]*$/, (domain) => domain.toLowerCase());
    this.addresses.add(sent);
    return new AddressMailbox(sent, (to) => this.read(to));
  }

  /** Every mail in the inbox, to any address. Other test files may be sending as well. */
  async everything(): Promise<Mail[]> {
    return this.read();
  }

  /**
   * Deletes the mails of all addresses read so far. Each request searches the whole inbox, so a
   * small inbox answers sooner.
   */
  async clear(): Promise<void> {
    const inbox = await this.open();
    for (const address of this.addresses)
      for (const id of await inbox.list(address)) {
        this.fetched.delete(id);
        await inbox.remove(id);
      }
    this.addresses.clear();
  }

  /** The number of mails to an address once the outbox is empty, so that none is on its way. */
  async count(address: string, app: HasOutbox): Promise<number> {
    await outboxEmpty(app);
    return (await this.to(address).all()).length;
  }

  /**
   * Fails if the address has more mails than `already`. It needs no sleep: the server marks a mail
   * as sent only after the inbox has accepted it, so once its outbox is empty, every mail has
   * arrived.
   */
  async expectNone(address: string, app: HasOutbox, already = 0): Promise<void> {
    await outboxEmpty(app);
    const mails = await this.to(address).all();
    if (mails.length <= already) return;
    const subjects = mails.slice(already).map(({ subject }) => subject);
    throw new Error(`${address} should have got no mail, but got: ${subjects.join(', ')}`);
  }

  private open(): Promise<Inbox> {
    return (this.inbox ??= openInbox(process.env.MAIL_INBOX_URL));
  }

  private async read(address?: string): Promise<Mail[]> {
    const inbox = await this.open();
    const ids = await inbox.list(address);
    return Promise.all(
      ids.map((id) => {
        const mail = this.fetched.get(id) ?? inbox.source(id).then((source) => toMail(id, source));
        this.fetched.set(id, mail);
        return mail;
      }),
    );
  }
}

/** The mailbox of all tests. */
export const mailbox = new Mailbox();

/** Waits until the server has sent or given up every queued mail. */
export async function outboxEmpty({ sql }: HasOutbox): Promise<void> {
  let pending: unknown[] = [];
  const look = async (): Promise<true | undefined> => {
    ({ rows: pending } = await sql.query(
      "SELECT template, attempts, last_error FROM outbox_messages WHERE status = 'pending'",
    ));
    return pending.length === 0 || undefined;
  };
  await eventually('the outbox is empty', look).catch((cause: unknown) => {
    throw new Error(`The outbox still holds: ${JSON.stringify(pending)}`, { cause });
  });
}

/** Only what the mail itself holds: no HTML made from text, no text made from HTML. */
export const AS_SENT = { skipHtmlToText: true, skipTextToHtml: true, skipImageLinks: true };

async function toMail(id: string, raw: string): Promise<Mail> {
  const parsed = await simpleParser(raw, AS_SENT);
  const text = parsed.text ?? '';
  const links = text.match(/https?:\/\/[^\s<>"]+/g) ?? [];
  const recipients = [parsed.to ?? []].flat().flatMap(({ value }) => value);
  return {
    id,
    raw,
    text,
    links,
    subject: parsed.subject ?? '',
    from: parsed.from?.text ?? '',
    to: recipients.map(({ address }) => address ?? ''),
    html: parsed.html || '',
    headers: parsed.headers,
    code: codeIn(text, links),
    linkToken: links.map((link) => /#(?:.*&)?token=([^&]+)/.exec(link)?.[1]).find((token) => token !== undefined),
  };
}

/** Six digits on their own; digits inside a link's token do not count. */
function codeIn(text: string, links: string[]): string | undefined {
  const prose = links.reduce((rest, link) => rest.replaceAll(link, ' '), text);
  return /(?<![\d\w])\d{6}(?![\d\w])/.exec(prose)?.[0];
}
