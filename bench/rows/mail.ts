import { alternate, type Measured, type Row } from '../measure.js';
import { MEMBERS, type Stage } from '../stage.js';

/** Asking for a code must not notice that the mail server is gone. */
export async function sendCode(stage: Stage): Promise<Row[]> {
  const server = await stage.server('ours');
  let firstMember = MEMBERS + 3001;
  const ask = async (): Promise<Measured> => {
    const job = { flow: 'sendCode', connections: 16, firstMember, members: 3000 } as const;
    firstMember = firstMember === MEMBERS + 3001 ? MEMBERS + 6001 : MEMBERS + 3001;
    const result = await stage.load(server, job);
    // What was not sent is of no use to the next round.
    await stage.query(`DELETE FROM outbox_messages`);
    return result;
  };
  const whileStopped = async (): Promise<Measured> => {
    await stage.closeLetterbox();
    try {
      return await ask();
    } finally {
      await stage.openLetterbox();
    }
  };
  const figures = await alternate(stage.rounds, whileStopped, ask);
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
