import { mkdir, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { isReached, type Row } from './measure.js';

/** When and on which machine the figures were measured, and whether the run was a quick one. */
export interface Conditions {
  at: string;
  node: string;
  cpu: string;
  cores: number;
  postgres: string;
  /**
   * Load before and after. On a busy machine the ratios are still valid, the absolute figures are
   * not.
   */
  loadAverage: number[];
  quick: boolean;
}

export function conditions(postgres: string, quick: boolean): Conditions {
  const cpus = os.cpus();
  return {
    at: new Date().toISOString(),
    node: process.version,
    cpu: cpus[0]?.model.trim() ?? 'unknown',
    cores: os.availableParallelism(),
    postgres,
    loadAverage: [os.loadavg()[0]!],
    quick,
  };
}

/** The rows as a table for a README. */
export function markdown(rows: readonly Row[]): string {
  const line = (cells: string[]): string => `| ${cells.join(' | ')} |`;
  return [
    line(['Operation', 'Ours', 'Limit', 'Ratio', 'Wanted', '']),
    line(['---', '---:', '---:', '---:', '---:', '---']),
    ...rows.map((row) =>
      line([
        row.operation,
        figure(row.ours, row.unit),
        `${figure(row.limit, row.unit)} (${row.limitOf})`,
        row.ratio.toFixed(2),
        wanted(row),
        row.target === undefined ? '' : isReached(row) ? 'yes' : 'no',
      ]),
    ),
  ].join('\n');
}

function wanted({ target, unit }: Row): string {
  if (target === undefined) return '';
  if ('atLeast' in target) return `≥ ${target.atLeast.toFixed(2)}`;
  if ('ours' in target) return `≤ ${figure(target.ours, unit)}`;
  const ratio = `≤ ${target.atMost.toFixed(1)}`;
  return target.orOurs === undefined ? ratio : `${ratio} or ${figure(target.orOurs, unit)}`;
}

function figure(value: number, unit: string): string {
  const digits = value >= 100 ? 0 : 1;
  const text = value.toLocaleString('en-US', { maximumFractionDigits: digits, minimumFractionDigits: digits });
  return unit.startsWith('/') ? `${text}${unit}` : `${text} ${unit}`;
}

/**
 * Writes the run to a file.
 * @returns the path of the file
 */
export async function save(folder: string, run: { conditions: Conditions; rows: Row[] }): Promise<string> {
  await mkdir(folder, { recursive: true });
  const file = path.join(folder, `${run.conditions.at.replace(/[:.]/g, '-')}.json`);
  await writeFile(file, `${JSON.stringify(run, null, 2)}\n`);
  return file;
}
