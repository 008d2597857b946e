import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { given } from '../support/factories.js';
import { mailbox, outboxEmpty } from '../support/mailbox.js';
import { TestApp } from '../support/test-app.js';

describe('the server as the tests run it', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.start();
  });
  afterAll(async () => {
    await app.stop();
  });

  it('has what it needs to make a member through the API and a real mail', async () => {
    const ada = await given.member(app);
    expect(ada.id).toMatch(/^[0-9a-f-]{36}$/);
    await outboxEmpty(app);
    expect(await mailbox.to(ada.email).all()).not.toEqual([]);
  });

  it('keeps its data when it is killed and started again', async () => {
    const ada = await given.member(app);
    await app.kill();
    await app.restart();
    const { rowCount } = await app.sql.query('SELECT FROM members WHERE id = $1', [ada.id]);
    expect(rowCount).toBe(1);
    await app.get('/health/ready').expect(200);
  });

  it('can be joined by a second server on the same database', async () => {
    const replica = await app.replica();
    expect(replica.origin).not.toBe(app.origin);
    await replica.get('/health/ready').expect(200);
  });

  it('gives a raw connection the raw answer', async () => {
    const answer = await app.raw('GET /health/ready HTTP/1.1\r\nHost: localhost\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('ends cleanly when asked to', async () => {
    const other = await TestApp.start();
    expect(await other.stop()).toBe(0);
  });
});
