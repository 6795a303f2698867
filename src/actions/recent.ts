/** The actions used last, newest first: the command menu lists them at the top. */
import type { ActionId } from './catalogue';

const recent: ActionId[] = [];

export function rememberAction(id: ActionId) {
  const at = recent.indexOf(id);
  if (at >= 0) recent.splice(at, 1);
  recent.unshift(id);
  recent.length = Math.min(recent.length, 5);
}

/** 0 for the newest; higher is older; Infinity when not used lately. */
export function recency(id: ActionId): number {
  const at = recent.indexOf(id);
  return at < 0 ? Infinity : at;
}
