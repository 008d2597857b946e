// The process that makes the load and receives the mail. The server under test is another process, so
// its CPU time includes neither.
import { setTimeout as pause } from 'node:timers/promises';
import { LoadConnection } from './connection.js';
import { flowOf } from './flows.js';
import type { Job, LoadResult } from './job.js';
import { FakeSmtpServer } from './fake-smtp-server.js';

/** A command for this process. Each command is answered by a message with its number. */
export type Order = { number: number } & (
  { do: 'load'; job: Job } | { do: 'open-smtp-server'; port: number } | { do: 'close-smtp-server' }
);

let smtpServer = new FakeSmtpServer();

async function run(job: Job): Promise<LoadResult> {
  const connections = await Promise.all(
    Array.from({ length: job.connections }, (_, index) =>
      LoadConnection.open(job.origin, `198.18.${index >> 8}.${index & 255}`),
    ),
  );
  const countFrom = performance.now() + job.warmUpMs;
  const stopAt = countFrom + job.durationMs;
  const times: number[] = [];
  let total = 0;
  const failures: Record<string, number> = {};
  await Promise.all(
    connections.map(async (connection, index) => {
      const step = flowOf(job.flow)(job, index, smtpServer);
      for (let startedAt = performance.now(); startedAt < stopAt;) {
        try {
          await step(connection);
        } catch (error) {
          const { message } = error as Error;
          failures[message] = (failures[message] ?? 0) + 1;
          if (connection.isClosed) return;
          await pause(10); // refusals are quick; without a pause they would crowd out the successful requests
        }
        const endedAt = performance.now();
        total += 1;
        if (endedAt >= countFrom && endedAt <= stopAt) times.push(endedAt - startedAt);
        if (job.pauseMs !== undefined) await pause(job.pauseMs);
        startedAt = performance.now();
      }
    }),
  );
  for (const connection of connections) connection.close();
  return { ...summary(times), perSecond: (times.length * 1000) / job.durationMs, total, failures };
}

function summary(times: number[]): Omit<LoadResult, 'perSecond' | 'failures' | 'total'> {
  const sorted = Float64Array.from(times).sort();
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { count: sorted.length, p50: at(0.5), p99: at(0.99), max: at(1) };
}

async function obey(order: Order): Promise<LoadResult | undefined> {
  switch (order.do) {
    case 'load':
      return run(order.job);
    case 'open-smtp-server':
      smtpServer = new FakeSmtpServer();
      return smtpServer.listen(order.port).then(() => undefined);
    case 'close-smtp-server':
      return smtpServer.stop().then(() => undefined);
  }
}

process.on('message', (order: Order) => {
  obey(order).then(
    (result) => process.send!({ number: order.number, result }),
    (error: unknown) => process.send!({ number: order.number, error: String(error) }),
  );
});
process.on('disconnect', () => process.exit(0));
