import { execFile, spawnSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, realpath, rm, stat, symlink } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { PROJECT_ROOT } from '../../dev/project.js';
import type { Outcome } from './command-line.js';

/** Our files in the last stage of the Dockerfile, in a folder outside the clone. */
export class ImageTree {
  private constructor(
    private readonly folder: string,
    private readonly node: string,
    /**
     * Whether programs run as an ordinary user in a read-only file system that holds only these files
     * and what the system provides.
     */
    readonly isSealed: boolean,
  ) {}

  static async make(): Promise<ImageTree> {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'munjigi-image-'));
    await chmod(folder, 0o755);
    const run = promisify(execFile);
    const script = path.join(PROJECT_ROOT, 'dev', 'image-files.ts');
    await run(process.execPath, ['--import', 'tsx', script, path.join(folder, 'app')], { cwd: PROJECT_ROOT });
    for (const name of ['root', 'programs']) await mkdir(path.join(folder, name));
    const node = await realpath(process.execPath);
    await symlink(node, path.join(folder, 'programs', 'node'));
    await symlink(path.join(folder, 'app', 'dist', 'munjigi.cjs'), path.join(folder, 'programs', 'munjigi'));
    const tree = new ImageTree(folder, node, true);
    const [command, ...args] = tree.program('true');
    if (process.getuid?.() === 0 && spawnSync(command, args).status === 0) return tree;
    console.warn('The files of the image are tried without a read-only file system: that takes root and unshare.');
    return new ImageTree(folder, node, false);
  }

  /** How to run a command of the image, with the image's PATH and the working directory /app. */
  program(...command: string[]): [string, ...string[]] {
    const [app, root, programs] = ['app', 'root', 'programs'].map((name) => path.join(this.folder, name));
    if (!this.isSealed) return ['env', '-C', app!, `PATH=${programs}:${process.env.PATH}`, ...command];
    const seal = path.join(PROJECT_ROOT, 'test', 'support', 'read-only-root.sh');
    const inside = ['env', 'PATH=/programs:/usr/bin:/bin', 'HOME=/tmp', ...command];
    return ['unshare', '--mount', 'sh', seal, root!, app!, this.node, ...inside];
  }

  /** Runs a command of the image to its end. */
  run(command: string[], env: NodeJS.ProcessEnv): Promise<Outcome> {
    const [file, ...args] = this.program(...command);
    return new Promise((resolve) => {
      const child = execFile(file, args, { env, timeout: 50_000 }, (_error, stdout, stderr) =>
        resolve({ code: child.exitCode, stdout, stderr }),
      );
      child.stdin?.end();
    });
  }

  /** Every file, relative to /app, and their total size in bytes. */
  async files(): Promise<{ names: string[]; bytes: number }> {
    const app = path.join(this.folder, 'app');
    const entries = await readdir(app, { recursive: true, withFileTypes: true });
    const names = entries
      .filter((entry) => entry.isFile())
      .map((entry) => path.relative(app, path.join(entry.parentPath, entry.name)));
    const sizes = await Promise.all(names.map(async (name) => (await stat(path.join(app, name))).size));
    return { names, bytes: sizes.reduce((sum, size) => sum + size, 0) };
  }

  read(name: string): Promise<string> {
    return readFile(path.join(this.folder, 'app', name), 'utf8');
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}
