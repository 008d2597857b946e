import { execFileSync } from 'node:child_process';
import { EventEmitter } from 'node:events';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { countRequests, makeWindowEnd, type Workload } from './quiet-collection.js';

const MODULE = JSON.stringify(path.join(import.meta.dirname, 'quiet-collection.ts'));
const MIB = 1024 ** 2;

/** A process whose figures a test sets. */
class FakeProcess implements Workload {
  served = 0;
  cpuMs = 0;
  heapMib = 60;
  /** What a collection leaves. */
  liveMib = 40;
  collections = 0;
  requests = () => this.served;
  cpuMicroseconds = () => this.cpuMs * 1000;
  heapBytes = () => this.heapMib * MIB;
  collect = async () => {
    this.collections += 1;
    this.heapMib = this.liveMib;
  };
  private readonly endWindow = makeWindowEnd(this);

  /** @returns the number of collections after each window */
  async pass(windows: number): Promise<number[]> {
    const counts: number[] = [];
    for (let window = 0; window < windows; window += 1) {
      await this.endWindow();
      counts.push(this.collections);
    }
    return counts;
  }
}

describe('the garbage of a server', () => {
  it('is collected in the third quiet window, and again once the heap has grown', async () => {
    const server = new FakeProcess();
    expect(await server.pass(5)).toEqual([0, 0, 1, 1, 1]);
    server.heapMib = 47;
    expect(await server.pass(3)).toEqual([1, 1, 1]);
    server.heapMib = 48;
    expect(await server.pass(3)).toEqual([2, 2, 2]);
  });

  it('is collected although the timers of a slow machine take 70 ms of each second', async () => {
    const server = new FakeProcess();
    for (let window = 0; window < 3; window += 1) {
      server.cpuMs += 70;
      await server.pass(1);
    }
    expect(server.collections).toBe(1);
  });

  it('is collected again only after three more quiet windows', async () => {
    const server = new FakeProcess();
    await server.pass(3);
    server.heapMib = 60;
    expect(await server.pass(3)).toEqual([1, 1, 2]);
  });

  it('of a larger heap grows further before the next collection, which takes longer', async () => {
    const server = new FakeProcess();
    server.liveMib = 400;
    await server.pass(3);
    server.heapMib = 470;
    expect(await server.pass(3)).toEqual([1, 1, 1]);
    server.heapMib = 481;
    expect(await server.pass(1)).toEqual([2]);
  });

  it.each<['a request' | 'work', (server: FakeProcess) => void]>([
    ['a request', (server) => (server.served += 1)],
    ['work', (server) => (server.cpuMs += 100)],
  ])('waits while each third window has %s', async (_name, work) => {
    const server = new FakeProcess();
    for (let count = 0; count < 5; count += 1) {
      work(server);
      expect(await server.pass(3)).toEqual([0, 0, 0]);
    }
    expect(await server.pass(1)).toEqual([1]);
  });

  it('waits for no probe of an orchestrator or of Prometheus', () => {
    const server = new EventEmitter();
    const requests = countRequests(server);
    for (const url of ['/health/live', '/health/ready', '/metrics']) server.emit('request', { url });
    expect(requests()).toBe(0);
    for (const url of ['/api/health/', '/metrics/x', '/']) server.emit('request', { url });
    expect(requests()).toBe(3);
  });

  it('goes back to the operating system', () => {
    const code = `import v8 from 'node:v8';
      const { collectGarbage } = await import(${MODULE});
      let kept = Array.from({ length: 1_000_000 }, (_, index) => ({ index }));
      const sizes = () => [v8.getHeapStatistics().total_heap_size, process.memoryUsage.rss()];
      const before = sizes();
      kept = undefined;
      await collectGarbage();
      console.log(sizes().map((size, index) => before[index] - size).join(' '));`;
    const args = ['--import', 'tsx', '--input-type=module', '-e', code];
    const freed = execFileSync(process.execPath, args, { encoding: 'utf8' }).split(' ').map(Number);
    expect(Math.min(...freed)).toBeGreaterThan(20 * MIB);
  });
});
