import { afterEach, describe, expect, it, jest } from '@jest/globals';
import type { Database } from '../../platform/database/database.js';
import type { Tx } from '../../platform/database/sql.js';
import { OutboxRepository, type MailSender, type NewOutboxMessage } from './outbox.repository.js';

const MESSAGE: NewOutboxMessage = {
  ...{ id: 'id', template: 'sign-up', locale: 'en', payload: Buffer.alloc(0), messageId: '<id@example.com>' },
  ...{ memberId: null, challengeId: null, status: 'pending' },
};

/** What queueing does in a process with this sender. */
async function queue(sender: MailSender | undefined, status = MESSAGE.status, pauseMs?: number) {
  const outbox = new OutboxRepository({} as Database);
  outbox.sender = sender;
  const statements: string[] = [];
  const followUps: (() => void)[] = [];
  const tx = {
    runLater: async (text: string) => void statements.push(text),
    afterCommit: (followUp: () => void) => void followUps.push(followUp),
  };
  await outbox.insert(tx as unknown as Tx, { ...MESSAGE, status }, null, pauseMs);
  return { notifies: statements.some((text) => text.includes('pg_notify')), followUps };
}

describe('a queued mail', () => {
  afterEach(() => void jest.useRealTimers());

  it.each(['pending', 'withheld'] as const)(
    'wakes the sender of this process after the commit (%s)',
    async (status) => {
      const wake = jest.fn();
      const { notifies, followUps } = await queue({ hasRoom: true, wake }, status);
      expect([notifies, wake.mock.calls.length]).toEqual([false, 0]);
      for (const followUp of followUps) followUp();
      expect(wake).toHaveBeenCalledTimes(1);
    },
  );

  it.each(['pending', 'withheld'] as const)(
    'wakes the sender only after the pause that the caller asks for (%s)',
    async (status) => {
      jest.useFakeTimers();
      const wake = jest.fn();
      const { followUps } = await queue({ hasRoom: true, wake }, status, 30);
      for (const followUp of followUps) followUp();
      jest.advanceTimersByTime(29);
      expect(wake).not.toHaveBeenCalled();
      jest.advanceTimersByTime(1);
      expect(wake).toHaveBeenCalledTimes(1);
    },
  );

  it('wakes all processes where this one has no room', async () => {
    const { notifies, followUps } = await queue({ hasRoom: false, wake: () => undefined });
    expect([notifies, followUps.length]).toEqual([true, 0]);
  });

  it('wakes all processes where this one sends no mails', async () => {
    expect((await queue(undefined)).notifies).toBe(true);
  });
});
