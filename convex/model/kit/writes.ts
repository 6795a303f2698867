/** Whether a transaction has changed anything: what came to nothing counts against nobody (docs/rules.md E4). */
import type { MutationCtx } from '../../_generated/server';

type Db = MutationCtx['db'];
const writing = new Set<PropertyKey>(['insert', 'patch', 'replace', 'delete']);

/** The same database, and whether somebody has written through it. */
export function watchWrites(db: Db): { db: Db; hasWritten: () => boolean } {
  let isWritten = false;
  const watched = new Proxy(db, {
    get(target, name) {
      isWritten ||= writing.has(name);
      return Reflect.get(target, name) as unknown;
    },
  });
  return { db: watched, hasWritten: () => isWritten };
}
