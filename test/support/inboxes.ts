/** The part of a mail inbox's JSON API that the tests need. */
export interface Inbox {
  /** Ids in order of arrival; with `address`, only those of mails to this recipient in the SMTP envelope. */
  list(address?: string): Promise<string[]>;
  /** The mail as it came over the network. */
  source(id: string): Promise<string>;
  remove(id: string): Promise<void>;
}

/** Finds out whether MailDev or MailHog answers at `url`. The test run's own inbox answers like MailDev. */
export async function openInbox(url: string | undefined): Promise<Inbox> {
  if (!url) throw new Error('MAIL_INBOX_URL is not set: tests that read mail run through Jest’s global setup.');
  const base = url.replace(/\/$/, '');
  const isMailHog = await fetch(`${base}/api/v2/messages?limit=1`).then(
    (answer) => answer.ok,
    (cause: unknown) => {
      throw new Error(`No mail inbox answers at ${url} (MAIL_INBOX_URL).`, { cause });
    },
  );
  return isMailHog ? new MailHog(base) : new MailDev(base);
}

class MailDev implements Inbox {
  constructor(private readonly base: string) {}

  async list(address?: string): Promise<string[]> {
    const filter = address === undefined ? '' : `?envelope.to.address=${encodeURIComponent(address)}`;
    const mails = (await getJson(`${this.base}/api/email${filter}`)) as { id: string }[];
    return mails.map(({ id }) => id);
  }

  source(id: string): Promise<string> {
    return getText(`${this.base}/api/email/${id}/source`);
  }

  async remove(id: string): Promise<void> {
    await request(`${this.base}/api/email/${id}`, 'DELETE');
  }
}

interface MailHogPage {
  total: number;
  items: { ID: string; Created: string; Raw: { To: string[]; Data: string } }[];
}

class MailHog implements Inbox {
  /** MailHog returns whole mails with the list. */
  private readonly sources = new Map<string, string>();

  constructor(private readonly base: string) {}

  async list(address?: string): Promise<string[]> {
    const query = address === undefined ? 'messages?' : `search?kind=to&query=${encodeURIComponent(address)}&`;
    const found: MailHogPage['items'] = [];
    for (let total = Infinity; found.length < total;) {
      const page = (await getJson(`${this.base}/api/v2/${query}start=${found.length}&limit=250`)) as MailHogPage;
      if (page.items.length === 0) break;
      found.push(...page.items);
      total = page.total;
    }
    // The newest come first, and the search matches parts of an address too.
    const wanted = found.reverse().filter(({ Raw }) => address === undefined || Raw.To.includes(address));
    for (const { ID, Raw } of wanted) this.sources.set(ID, Raw.Data);
    return wanted.map(({ ID }) => ID);
  }

  async source(id: string): Promise<string> {
    return this.sources.get(id) ?? getText(`${this.base}/api/v1/messages/${id}/download`);
  }

  async remove(id: string): Promise<void> {
    this.sources.delete(id);
    await request(`${this.base}/api/v1/messages/${id}`, 'DELETE');
  }
}

async function getJson(url: string): Promise<unknown> {
  return JSON.parse(await getText(url));
}

async function getText(url: string): Promise<string> {
  return (await request(url)).text();
}

async function request(url: string, method = 'GET'): Promise<Response> {
  const answer = await fetch(url, { method });
  if (!answer.ok) throw new Error(`${method} ${url} answered ${answer.status}`);
  return answer;
}
