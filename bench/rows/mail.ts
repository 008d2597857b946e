import { setTimeout as pause } from 'node:timers/promises';
import { alternate, type Measured, type Row } from '../measure.js';
import { MEMBERS, type BenchEnvironment } from '../bench-environment.js';

/** A code request must not slow down while the mail server is away. */
export async function sendCode(bench: BenchEnvironment): Promise<Row[]> {
  const server = await bench.server('ours');
  let firstMember = MEMBERS + 3001;
  const ask = async (): Promise<Measured> => {
    const job = { flow: 'sendCode', connections: 16, firstMember, members: 3000 } as const;
    firstMember = firstMember === MEMBERS + 3001 ? MEMBERS + 6001 : MEMBERS + 3001;
    return bench.load(server, job);
  };
  // Unsent mail would burden the next round.
  const deleteMails = () => bench.query(`DELETE FROM outbox_messages`);
  const whileRunning = async (): Promise<Measured> => {
    const result = await ask();
    await deleteMails();
    return result;
  };
  const whileStopped = async (): Promise<Measured> => {
    await bench.stopSmtpServer();
    const result = await ask().finally(() => bench.startSmtpServer());
    // The circuit breaker stays open for a while, and the server would send no mail in the next round.
    const isSending = async () => (await bench.query(`SELECT FROM outbox_messages WHERE status = 'sent'`)).length > 0;
    while (!(await isSending())) await pause(100);
    await deleteMails();
    return result;
  };
  const figures = await alternate(bench.rounds, whileStopped, whileRunning);
  return [
    {
      operation: 'send-code with the mail server stopped',
      unit: '/s',
      limitOf: 'the same with the mail server up',
      target: { atLeast: 0.95 },
      ...figures,
    },
  ];
}
