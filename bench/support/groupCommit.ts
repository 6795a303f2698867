import type { Rows } from '../baselines/groupCommit.ts';
import { removeFolder, temporaryFolder } from '../../test/engine/cliSupport.ts';
import { runScript } from './child.ts';

const GROUP = 64;

/** Transactions a second of a bare group commit of the same rows, each with a text like `body`. */
export async function bareGroupCommit(rows: Rows, body: string, seconds: number): Promise<number> {
  const folder = temporaryFolder('bench-bare');
  const bare = { folder, seconds, group: GROUP, body, rows };
  const { perSecond } = await runScript<{ perSecond: number }>('baselines/groupCommit.ts', bare);
  removeFolder(folder);
  return perSecond;
}
