// `npm run bench`: measures our server beside the limits of the machine in the same minutes, and
// prints the ratios.
//   -- --only login,me   some rows        -- --quick   one short round, for a first look
//   -- --profile         leaves a CPU profile of our server in .data/profiles
//   -- --large           also with a million members (minutes to seed)
//   -- --sizes           only the size of a row of each table, and the sizes for 1, 10 and 100 million members
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { onStopRequest } from '../dev/child.js';
import { DATA_DIRECTORY } from '../dev/project.js';
import type { Row } from './measure.js';
import { conditions, markdown, save } from './report.js';
import { login, reset, signUp } from './rows/hashing.js';
import { large } from './rows/large.js';
import { sendCode } from './rows/mail.js';
import { coldStart, idle, memory } from './rows/process.js';
import { accessCheck, boundMe, me, storm, verify } from './rows/reading.js';
import { boundRefresh, refresh } from './rows/refresh.js';
import { sizes } from './sizes.js';
import { BenchEnvironment } from './bench-environment.js';

/** In the order they run: rows that leave data behind come last. */
const ROWS: Record<string, (bench: BenchEnvironment) => Promise<Row[]>> = {
  access: accessCheck,
  verify,
  me,
  'bound-me': boundMe,
  refresh,
  'bound-refresh': boundRefresh,
  login,
  storm,
  'sign-up': signUp,
  reset,
  'send-code': sendCode,
  start: coldStart,
  memory,
  idle,
  large,
};
/** Run only on request. */
const LONG = new Set(['large']);

/** How many members are seeded to measure sizes. */
const SIZED_MEMBERS = 200_000;

/** No row begins later than this, so that the run ends after about 15 minutes. Long rows are exempt. */
const LAST_START_MS = 14 * 60_000;

/** Processor time per operation; ours alone where the limit has no server. */
function cpuOf({ cpuMicroseconds: cpu }: Row): string {
  if (cpu === undefined || Number.isNaN(cpu.ours)) return '';
  return `, processor ${cpu.ours} µs${Number.isNaN(cpu.limit) ? '' : ` beside ${cpu.limit} µs`}`;
}

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    quick: { type: 'boolean', default: false },
    large: { type: 'boolean', default: false },
    profile: { type: 'boolean', default: false },
    sizes: { type: 'boolean', default: false },
  },
});
const names = values.only?.split(',') ?? Object.keys(ROWS).filter((name) => values.large || !LONG.has(name));
const unknown = names.filter((name) => !(name in ROWS));
if (unknown.length > 0) {
  console.error(`No such row: ${unknown.join(', ')}. There are ${Object.keys(ROWS).join(', ')}.`);
  process.exit(2);
}

console.log('Preparing databases and servers …');
const bench = await BenchEnvironment.prepare({
  isQuick: values.quick,
  profileFolder: values.profile ? path.join(DATA_DIRECTORY, 'profiles') : undefined,
});
onStopRequest(() => void bench.stop().finally(() => process.exit(130)));
let failed = false;
try {
  if (values.sizes) {
    console.log(`Seeding ${SIZED_MEMBERS.toLocaleString('en')} members …`);
    console.log(await sizes(bench, SIZED_MEMBERS));
  } else {
    await measureRows();
  }
} finally {
  await bench.stop();
}
process.exit(failed ? 1 : 0);

async function measureRows(): Promise<void> {
  const [version] = await bench.query<{ server_version: string }>('SHOW server_version');
  const circumstances = conditions(version!.server_version, values.quick);
  const rows: Row[] = [];
  for (const name of names) {
    if (performance.now() > LAST_START_MS && !LONG.has(name)) {
      console.error(`${name}: left out, for lack of time`);
      failed = true;
      continue;
    }
    try {
      const measured = await ROWS[name]!(bench);
      rows.push(...measured);
      for (const row of measured)
        console.log(
          `${row.operation}: ${row.ours.toFixed(1)} beside ${row.limit.toFixed(1)} (${row.limitOf}), ratio ${row.ratio.toFixed(2)}${cpuOf(row)}`,
        );
    } catch (error) {
      // A row that fails does not stop the others.
      failed = true;
      console.error(`${name}: ${(error as Error).message}`);
    }
  }
  circumstances.loadAverage.push(os.loadavg()[0]!);
  console.log(`\n${markdown(rows)}\n`);
  console.log(`Kept in ${await save(path.join(import.meta.dirname, 'results'), { conditions: circumstances, rows })}`);
}
