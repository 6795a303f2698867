/** Of what comes at once, what is told by itself (docs/rules.md, "Need"). Pure, and by itself: the first screen has it. */
import type { NeedKind } from './needs';

/** Lines of their own among many. */
const mostApart = 2;

/**
 * What is told by itself, however much comes at once: calls for help, and what is urgent; of many of them the newest. `told`: newest
 * first, as what is given back.
 */
export function toldApart<Told extends { kind: NeedKind; isUrgent?: true | undefined }>(
  told: readonly Told[],
): Told[] {
  const calls = told.filter(({ kind }) => kind === 'help');
  const urgent = told.filter(({ kind, isUrgent }) => kind !== 'help' && isUrgent);
  const apart = new Set([...calls, ...urgent].slice(0, mostApart));
  return told.filter((one) => apart.has(one));
}
