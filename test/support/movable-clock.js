// Preloaded into a server: a wrong clock. It differs from the real time by CLOCK_OFFSET_SECONDS
// from the start. SIGUSR2 adds CLOCK_JUMP_SECONDS to the difference.
import process from 'node:process';

const RealDate = Date;
let offsetMs = Number(process.env.CLOCK_OFFSET_SECONDS ?? 0) * 1000;
const now = () => RealDate.now() + offsetMs;

globalThis.Date = class Date extends RealDate {
  constructor(...parts) {
    if (parts.length === 0) super(now());
    else super(...parts);
  }

  static now() {
    return now();
  }
};

process.on('SIGUSR2', () => {
  offsetMs += Number(process.env.CLOCK_JUMP_SECONDS ?? 0) * 1000;
});
