import { simpleParser } from 'mailparser';
import { eventually } from './eventually.js';
import { type Inbox, openInbox } from './inboxes.js';

/** A mail as the person who got it sees it. */
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
  /** The addresses in the text. */
  links: string[];
  /** The secret behind `#token=` in one of the links. */
  linkToken?: string;
}

/** What an app must let the mailbox look at, to be sure that no mail is still on its way. */
interface HasOutbox {
  sql: { query(text: string): Promise<{ rows: unknown[] }> };
}

/** The mails sent to one address, oldest first. Waiting ends as soon as they are there, or fails after ten seconds. */
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

/** Reads the inbox behind MAIL_INBOX_URL, whichever program that is. */
export class Mailbox {
  /** A mail never changes, so each is fetched once. */
  private readonly fetched = new Map<string, Promise<Mail>>();
  /** Whose mails were looked for. */
  private readonly addresses = new Set<string>();
  private inbox?: Promise<Inbox>;

  to(address: string): AddressMailbox {
    // The name of a domain has no case and travels in lower case; the part before it travels as it was typed.
    const sent = address.replace(/@[^@]*$/, (domain) => domain.toLowerCase());
    this.addresses.add(sent);
    return new AddressMailbox(sent, (to) => this.read(to));
  }

  /** Every mail in the inbox, whoever it is for. Other test files may be sending as well. */
  async everything(): Promise<Mail[]> {
    return this.read();
  }

  /** Throws away the mails of everybody asked for so far: an inbox looks through all it has, each time. */
  async clear(): Promise<void> {
    const inbox = await this.open();
    for (const address of this.addresses)
      for (const id of await inbox.list(address)) {
        this.fetched.delete(id);
        await inbox.remove(id);
      }
    this.addresses.clear();
  }

  /**
   * Fails if the address has more mails than `already`. No waiting for something not to happen: the server marks a mail
   * as sent only when the inbox has taken it, so once its outbox has nothing pending, all there is to see is there.
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

/** Waits until the server has handed over, or given up, every mail it has queued. */
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

async function toMail(id: string, raw: string): Promise<Mail> {
  const parsed = await simpleParser(raw);
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

/** Six digits that stand alone; those inside a link's token do not count. */
function codeIn(text: string, links: string[]): string | undefined {
  const prose = links.reduce((rest, link) => rest.replaceAll(link, ' '), text);
  return /(?<![\d\w])\d{6}(?![\d\w])/.exec(prose)?.[0];
}
