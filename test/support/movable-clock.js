// Preloaded into a server: a wrong clock. CLOCK_OFFSET_SECONDS is wrong from the start; SIGUSR2
// adds CLOCK_JUMP_SECONDS.
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
