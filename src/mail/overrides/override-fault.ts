/** One broken rule in the mail texts of the operator. */
export interface OverrideFault {
  /** Below MAIL_TEMPLATES_DIR. */
  readonly path: string;
  /** Counted from 1; absent where a whole file is concerned. */
  readonly line?: number;
  /** A sentence about the file. */
  readonly rule: string;
}

export function describeFault({ path, line, rule }: OverrideFault): string {
  return `${path}${line === undefined ? '' : `:${line}`}: ${rule}`;
}
