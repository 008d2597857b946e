import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { given } from '../support/factories.js';
import { mailbox, outboxEmpty } from '../support/mailbox.js';
import { TestApp } from '../support/test-app.js';

describe('test server', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.start();
  });
  afterAll(async () => {
    await app.stop();
  });

  it('it creates a member through the API and a real mail', async () => {
    const ada = await given.member(app);
    expect(ada.id).toMatch(/^[0-9a-f-]{36}$/);
    await outboxEmpty(app);
    expect(await mailbox.to(ada.email).all()).not.toEqual([]);
  });

  it('it keeps its data after a kill and a restart', async () => {
    const ada = await given.member(app);
    await app.kill();
    await app.restart();
    const { rowCount } = await app.sql.query('SELECT FROM members WHERE id = $1', [ada.id]);
    expect(rowCount).toBe(1);
    await app.get('/health/ready').expect(200);
  });

  it('a second server joins on the same database', async () => {
    const replica = await app.replica();
    expect(replica.origin).not.toBe(app.origin);
    await replica.get('/health/ready').expect(200);
  });

  it('a raw connection gets the raw response', async () => {
    const answer = await app.raw('GET /health/ready HTTP/1.1\r\nHost: localhost\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('it stops cleanly', async () => {
    const other = await TestApp.start();
    expect(await other.stop()).toBe(0);
  });
});
