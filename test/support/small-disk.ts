import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, statfs, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

/**
 * A separate file system of a few megabytes that a test can fill. It is in memory, and only root
 * can create it.
 */
export class SmallDisk {
  private constructor(readonly directory: string) {}

  /** Why it cannot be created here; undefined if it can. */
  static obstacle(): string | undefined {
    if (process.platform !== 'linux') return 'file systems in memory are made on Linux only';
    if (process.getuid?.() !== 0) return 'only root can mount a small file system';
    try {
      const directory = execFileSync('mktemp', ['-d'], { encoding: 'utf8' }).trim();
      mount(directory, 1);
      execFileSync('umount', [directory]);
      execFileSync('rmdir', [directory]);
      return undefined;
    } catch {
      return 'mounting a small file system is not allowed here';
    }
  }

  static async make(megabytes: number): Promise<SmallDisk> {
    const directory = await mkdtemp(path.join(os.tmpdir(), 'munjigi-disk-'));
    mount(directory, megabytes);
    return new SmallDisk(directory);
  }

  /** Uses up the remaining space. */
  async fill(): Promise<void> {
    const { bavail, bsize } = await statfs(this.directory);
    await writeFile(this.filler, Buffer.alloc(bavail * bsize)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOSPC') throw error; // another writer has filled it already
    });
  }

  async free(): Promise<void> {
    await rm(this.filler, { force: true });
  }

  async remove(): Promise<void> {
    execFileSync('umount', ['--lazy', this.directory]);
    await rm(this.directory, { recursive: true });
  }

  private get filler(): string {
    return path.join(this.directory, 'filler');
  }
}

function mount(directory: string, megabytes: number): void {
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=755`, 'tmpfs', directory], { stdio: 'ignore' });
}
