import { type ChildProcess, fork } from 'node:child_process';
import path from 'node:path';
import type { Job, LoadResult } from './job.js';
import type { Order } from './worker.js';

type OrderBody = Order extends infer One ? (One extends unknown ? Omit<One, 'number'> : never) : never;
interface Reply {
  number: number;
  result?: LoadResult;
  error?: string;
}

/** Controls the process that makes the load. */
export class LoadProcess {
  private readonly child: ChildProcess;
  private readonly pending = new Map<number, { resolve: (result: any) => void; reject: (error: Error) => void }>();
  private lastNumber = 0;

  constructor() {
    this.child = fork(path.join(import.meta.dirname, 'worker.ts'), { execArgv: ['--import', 'tsx'] });
    this.child.on('message', ({ number, result, error }: Reply) => {
      const order = this.pending.get(number);
      this.pending.delete(number);
      if (error === undefined) order?.resolve(result);
      else order?.reject(new Error(error));
    });
    this.child.on('exit', () => {
      for (const { reject } of this.pending.values()) reject(new Error('the load process has ended'));
    });
  }

  async load(job: Job): Promise<LoadResult> {
    return this.order({ do: 'load', job });
  }

  async startSmtpServer(port: number): Promise<void> {
    await this.order({ do: 'open-smtp-server', port });
  }

  async stopSmtpServer(): Promise<void> {
    await this.order({ do: 'close-smtp-server' });
  }

  stop(): void {
    this.child.disconnect();
  }

  private order(body: OrderBody): Promise<any> {
    const number = ++this.lastNumber;
    return new Promise((resolve, reject) => {
      this.pending.set(number, { resolve, reject });
      this.child.send({ ...body, number });
    });
  }
}
