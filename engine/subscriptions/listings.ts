/**
 * Which record answers a call: by component, function, arguments and journal, apart for admins, and by identity only
 * for queries that have looked at it. At most one record is listed for each.
 */
import { identityKeyOf, type LiveQuery, type QueryCall, type QueryCaller } from './liveQuery.ts';

interface Listing<C extends QueryCaller> {
  shared: LiveQuery<C> | null;
  byIdentity: Map<string, LiveQuery<C>> | null;
}

export class Listings<C extends QueryCaller> {
  #byCall = new Map<string, Listing<C>>();

  find(call: QueryCall<C>): LiveQuery<C> | null {
    const listing = this.#byCall.get(listingKey(call));
    if (!listing) return null;
    return listing.shared ?? listing.byIdentity?.get(identityKeyOf(call.caller)) ?? null;
  }

  add(record: LiveQuery<C>): void {
    const key = listingKey(record.call);
    const listing = this.#byCall.get(key) ?? { shared: null, byIdentity: null };
    if (record.observedIdentity) (listing.byIdentity ??= new Map()).set(record.identityKey, record);
    else listing.shared = record;
    this.#byCall.set(key, listing);
    record.listed = true;
  }

  remove(record: LiveQuery<C>): void {
    if (!record.listed) return;
    record.listed = false;
    const key = listingKey(record.call);
    const listing = this.#byCall.get(key);
    if (!listing) return;
    if (listing.shared === record) listing.shared = null;
    if (listing.byIdentity?.get(record.identityKey) === record) listing.byIdentity.delete(record.identityKey);
    if (!listing.shared && !listing.byIdentity?.size) this.#byCall.delete(key);
  }
}

/** A call is looked up several times in a row, and its arguments may be megabytes. Its key goes when it goes. */
const keys = new WeakMap<QueryCall, string>();

function listingKey(call: QueryCall): string {
  let key = keys.get(call);
  if (key === undefined) keys.set(call, (key = keyOf(call)));
  return key;
}

/** Characters that a call keeps as long as it is listed: its key, and the arguments of which that is made. */
export function charsOfCall(call: QueryCall): number {
  return 2 * listingKey(call).length;
}

function keyOf({ component, path, args, caller, journal }: QueryCall): string {
  return `${caller.allowInternal ? 1 : 0}\n${component}\n${canonicalPath(path)}\n${journal ?? ''}\n${JSON.stringify(args)}`;
}

/** `a/b.js:c`, `a/b:c` and a bare `a/b` (the default export) name functions; equal names share records. */
function canonicalPath(path: string): string {
  const at = path.lastIndexOf(':');
  const module = at < 0 ? path : path.slice(0, at);
  return `${module.endsWith('.js') ? module.slice(0, -3) : module}:${at < 0 ? 'default' : path.slice(at + 1)}`;
}
