import { alternate, type Measured, type Row } from '../measure.js';
import { MEMBERS, type BenchEnvironment } from '../bench-environment.js';

/** A code request must not slow down while the mail server is away. */
export async function sendCode(bench: BenchEnvironment): Promise<Row[]> {
  const server = await bench.server('ours');
  let firstMember = MEMBERS + 3001;
  const ask = async (): Promise<Measured> => {
    const job = { flow: 'sendCode', connections: 16, firstMember, members: 3000 } as const;
    firstMember = firstMember === MEMBERS + 3001 ? MEMBERS + 6001 : MEMBERS + 3001;
    const result = await bench.load(server, job);
    // Unsent mail would burden the next round.
    await bench.query(`DELETE FROM outbox_messages`);
    return result;
  };
  const whileStopped = async (): Promise<Measured> => {
    await bench.stopSmtpServer();
    try {
      return await ask();
    } finally {
      await bench.startSmtpServer();
    }
  };
  const figures = await alternate(bench.rounds, whileStopped, ask);
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
