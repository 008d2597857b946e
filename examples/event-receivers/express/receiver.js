/*
  Keeps a table of members: webhooks as they happen, the event log after an absence.

  Beside `npm start`, in a folder with a copy of this file. The receiver makes its tables in the PostgreSQL at DATABASE_URL.
    npm init -y && npm pkg set type=module && npm install express pg standardwebhooks
    export PORT=8080 MUNJIGI_URL=http://localhost:3000 DATABASE_URL=postgres://…
  1. A key, made in the clone of Munjigi. The first scope creates the webhook, the receiver reads with the others:
    npm run munjigi -- keys create-api-key --name receiver --scopes webhooks:write,events:read,members:read
    export API_KEY=mjk_…
  2. The webhook comes before the receiver, because this answer alone has its `secret`. Only the named `types` arrive:
    curl "$MUNJIGI_URL/api/admin/webhooks" --oauth2-bearer "$API_KEY" -H 'content-type: application/json' -d '{
      "url": "http://127.0.0.1:8080/webhooks",
      "types": ["member.created", "member.updated", "member.email_changed", "member.login_id_changed", "member.disabled",
        "member.enabled", "member.closed", "member.restored", "member.erased"]
    }'
    export WEBHOOK_SECRET=whsec_…
  3. The receiver, which shows its table at http://127.0.0.1:8080/members:
    node receiver.js
*/
import express from 'express';
import pg from 'pg';
import { Webhook } from 'standardwebhooks';

const { PORT, MUNJIGI_URL, API_KEY, WEBHOOK_SECRET, DATABASE_URL } = process.env;
const webhook = new Webhook(WEBHOOK_SECRET);
const db = new pg.Pool({ connectionString: DATABASE_URL });

await db.query('CREATE TABLE IF NOT EXISTS team_members (id uuid PRIMARY KEY, event text NOT NULL, data jsonb)');
await db.query('CREATE TABLE IF NOT EXISTS team_cursor (one boolean PRIMARY KEY DEFAULT true, cursor text NOT NULL)');

/** Stores a member. An event that is repeated or late has no greater id, and changes nothing. */
async function store(id, event, data) {
  await db.query(
    `INSERT INTO team_members (id, event, data) VALUES ($1, $2, $3)
     ON CONFLICT (id) DO UPDATE SET event = excluded.event, data = excluded.data WHERE team_members.event < excluded.event`,
    [id, event, data],
  );
}

/** An erased member keeps its id, so that a late event does not bring the data back. */
async function apply({ id, type, memberId, data }) {
  if (data.member || type === 'member.erased') await store(memberId, id, data.member ?? null);
}

async function read(path) {
  const answer = await fetch(MUNJIGI_URL + path, { headers: { authorization: `Bearer ${API_KEY}` } });
  if (answer.status === 410) return null;
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer.json();
}

const saveCursor = (cursor) =>
  db.query('INSERT INTO team_cursor (cursor) VALUES ($1) ON CONFLICT (one) DO UPDATE SET cursor = excluded.cursor', [
    cursor,
  ]);

/**
 * The cursor comes first: what changes during the copy is then read after it. An older copy is deleted, because it has
 * members that were erased since, and ids of events that this copy could not replace. From then on webhooks win.
 */
async function copyAll() {
  const { nextCursor } = await read('/api/integrations/events?after=latest');
  await db.query('DELETE FROM team_members WHERE data IS NOT NULL'); // who is known as erased stays so
  for (let cursor; cursor !== null;) {
    const page = await read(`/api/admin/members?limit=100${cursor ? `&cursor=${cursor}` : ''}`);
    for (const { id, loginId, email, name, locale, role, status, createdAt } of page.items)
      await store(id, '', { loginId, email, name, locale, role, status, createdAt });
    cursor = page.nextCursor;
  }
  await saveCursor(nextCursor);
}

async function catchUp() {
  const { rows } = await db.query('SELECT cursor FROM team_cursor');
  let cursor = rows[0]?.cursor;
  for (;;) {
    const page = cursor && (await read(`/api/integrations/events?after=${cursor}`));
    if (!page) return copyAll(); // the first start, or away for longer than the log is kept
    for (const event of page.items) await apply(event);
    cursor = page.nextCursor;
    await saveCursor(cursor);
    if (!page.hasMore) return;
  }
}

const app = express();

app.post('/webhooks', express.raw({ type: 'application/json' }), async (request, response) => {
  let event;
  try {
    event = webhook.verify(request.body, request.headers);
  } catch {
    return response.sendStatus(400);
  }
  await apply(event);
  response.sendStatus(204);
});

app.get('/members', async (_request, response) => {
  const { rows } = await db.query('SELECT id, data FROM team_members WHERE data IS NOT NULL');
  response.json(rows);
});

await catchUp();
app.listen(Number(PORT), '127.0.0.1');
setInterval(() => catchUp().catch((error) => console.error(error.message)), 60_000);
