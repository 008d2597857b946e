/** Where progress is written: the terminal. */
export interface ProgressOutput {
  readonly isTTY?: boolean | undefined;
  write(text: string): unknown;
}

const REDRAW_MS = 200;
const LINE_MS = 10_000;
const WIDTH = 24;

/** Shows how far a job is: a bar on a terminal, otherwise a line every ten seconds. */
export class Progress {
  private readonly startedMs: number;
  private shownMs = 0;

  constructor(
    private readonly output: ProgressOutput,
    private readonly label: string,
    private readonly total: number,
    private readonly unit: string,
    private readonly nowMs: () => number = () => performance.now(),
  ) {
    this.startedMs = nowMs();
  }

  show(done: number, count = done): void {
    const nowMs = this.nowMs();
    const isTerminal = this.output.isTTY === true;
    if (nowMs - Math.max(this.shownMs, this.startedMs) < (isTerminal ? REDRAW_MS : LINE_MS)) return;
    this.shownMs = nowMs;
    const text = this.describe(done, count, nowMs);
    this.output.write(isTerminal ? `\r\u001b[K${text}` : `${text}\n`);
  }

  /** Removes the bar. */
  end(): void {
    if (this.output.isTTY === true) this.output.write('\r\u001b[K');
  }

  private describe(done: number, count: number, nowMs: number): string {
    const seconds = (nowMs - this.startedMs) / 1000;
    const share = this.total === 0 ? 1 : Math.min(1, done / this.total);
    const left = share === 0 ? '' : `, ${Math.ceil((seconds / share) * (1 - share))} s left`;
    const bar = this.output.isTTY === true ? `[${'#'.repeat(Math.round(share * WIDTH)).padEnd(WIDTH)}] ` : '';
    return `${this.label} ${bar}${Math.floor(share * 100)}%, ${Math.round(count / seconds)} ${this.unit}/s${left}`;
  }
}
