"""Keeps a table of members: webhooks as they happen, the event log after an absence.

Beside `npm start`, in a folder with a copy of this file. The receiver makes its tables in the SQLite file DATABASE_FILE.
  sudo apt-get install python3-fastapi python3-httpx uvicorn
  export MUNJIGI_URL=http://localhost:3000 DATABASE_FILE=members.db
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
  /usr/bin/python3 -m uvicorn main:app --port 8080
"""

import base64
import hashlib
import hmac
import json
import os
import sqlite3
import time

import httpx
from fastapi import FastAPI, Request, Response

SECRET = base64.b64decode(os.environ["WEBHOOK_SECRET"].removeprefix("whsec_"))
munjigi = httpx.Client(
    base_url=os.environ["MUNJIGI_URL"], headers={"authorization": f"Bearer {os.environ['API_KEY']}"}
)
db = sqlite3.connect(os.environ["DATABASE_FILE"], check_same_thread=False, isolation_level=None)
db.execute("CREATE TABLE IF NOT EXISTS members (id TEXT PRIMARY KEY, event TEXT NOT NULL, data TEXT)")
db.execute("CREATE TABLE IF NOT EXISTS position (one INTEGER PRIMARY KEY, cursor TEXT NOT NULL)")


def store(member_id, event, data):
    """Stores a member. An event that is repeated or late has no greater id, and changes nothing."""
    db.execute(
        "INSERT INTO members VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE"
        " SET event = excluded.event, data = excluded.data WHERE members.event < excluded.event",
        (member_id, event, json.dumps(data) if data else None),
    )


def apply(event):
    """An erased member keeps its id, so that a late event does not bring the data back."""
    member = event["data"].get("member")
    if member or event["type"] == "member.erased":
        store(event["memberId"], event["id"], member)


def read(path):
    answer = munjigi.get(path)
    if answer.status_code == 410:
        return None
    answer.raise_for_status()
    return answer.json()


def save_cursor(cursor):
    db.execute("INSERT OR REPLACE INTO position VALUES (1, ?)", (cursor,))


def copy_all():
    """The cursor comes first: what changes during the copy is then read after it.

    An older copy is deleted, because it has members that were erased since, and ids of events that this copy
    could not replace. From then on webhooks win.
    """
    start = read("/api/integrations/events?after=latest")["nextCursor"]
    db.execute("DELETE FROM members WHERE data IS NOT NULL")  # who is known as erased stays so
    path = "/api/admin/members?limit=100"
    page = read(path)
    while True:
        for member in page["items"]:
            fields = ("loginId", "email", "name", "locale", "role", "status", "createdAt")
            store(member["id"], "", {field: member[field] for field in fields})
        if page["nextCursor"] is None:
            break
        page = read(f"{path}&cursor={page['nextCursor']}")
    save_cursor(start)


def catch_up():
    row = db.execute("SELECT cursor FROM position").fetchone()
    cursor = row and row[0]
    while True:
        page = cursor and read(f"/api/integrations/events?after={cursor}")
        if not page:  # the first start, or away for longer than the log is kept
            return copy_all()
        for event in page["items"]:
            apply(event)
        cursor = page["nextCursor"]
        save_cursor(cursor)
        if not page["hasMore"]:
            return


def is_genuine(headers, body):
    """Standard Webhooks: the signature covers id, time and body."""
    sent_at = headers.get("webhook-timestamp", "")
    if not sent_at.isdigit() or abs(time.time() - int(sent_at)) > 300:
        return False
    signed = f"{headers.get('webhook-id')}.{sent_at}.".encode() + body
    expected = "v1," + base64.b64encode(hmac.new(SECRET, signed, hashlib.sha256).digest()).decode()
    return any(hmac.compare_digest(expected, one) for one in headers.get("webhook-signature", "").split(" "))


app = FastAPI(on_startup=[catch_up])


@app.post("/webhooks")
async def receive(request: Request):
    body = await request.body()
    if not is_genuine(request.headers, body):
        return Response(status_code=400)
    apply(json.loads(body))
    return Response(status_code=204)


@app.get("/members")
async def members():
    rows = db.execute("SELECT id, data FROM members WHERE data IS NOT NULL").fetchall()
    return [{"id": member_id, "data": json.loads(data)} for member_id, data in rows]
