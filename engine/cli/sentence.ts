/** What the operator reads when something failed: refusals are sentences already, a bug shows its stack. */
const REFUSALS = new Set([
  'UsageError',
  'OpenError',
  'StartError',
  'BackupError',
  'RestoreError',
  'CommandError',
]);

export function sentenceOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (REFUSALS.has(error.name)) return error.message;
  const { code, path } = error as NodeJS.ErrnoException;
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return 'The disk is full: nothing was changed.';
    case 'EACCES':
    case 'EPERM':
      return `This user may not open or write ${path ?? 'a file it needs'}.`;
    case 'ENOENT':
      return `${path ?? 'A file it needs'} does not exist.`;
    case 'EROFS':
      return `${path ?? 'The folder'} is on a read-only disk.`;
    default:
      return error.stack ?? error.message;
  }
}
