/**
 * Which owners read a given key? A dynamic set of half-open key intervals with stabbing queries.
 *
 * Owns: the mapping interval → owners. Promises: `stab(key)` visits every owner one of whose intervals contains the key,
 * in O(log n + hits) per index of the store; adding or removing an interval costs O(log n) and never scans.
 * Surprises: keys are held as latin-1 strings, one char a byte, because V8 compares those with memcmp and hashes them for
 * free; an exact point `[k, k‖00)` lives in a hash map; everything else in one treap for each four-byte index id, augmented
 * with the greatest end of each subtree. A range that spans several index ids goes into `wide`, which every stab visits.
 */

export interface KeyInterval {
  start: Uint8Array;
  /** Exclusive; null means unbounded. */
  end: Uint8Array | null;
}

const PREFIX = 4;

interface Node<T> {
  start: string;
  end: string | null;
  owners: Set<T>;
  priority: number;
  maxEnd: string | null;
  left: Node<T> | null;
  right: Node<T> | null;
}

function keyText(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

/** null is plus infinity. */
function laterEnd(a: string | null, b: string | null): string | null {
  if (a === null || b === null) return null;
  return a > b ? a : b;
}

function compareIntervals(aStart: string, aEnd: string | null, bStart: string, bEnd: string | null): number {
  if (aStart !== bStart) return aStart < bStart ? -1 : 1;
  if (aEnd === bEnd) return 0;
  if (aEnd === null) return 1;
  if (bEnd === null) return -1;
  return aEnd < bEnd ? -1 : 1;
}

function refresh<T>(node: Node<T>): void {
  let max = node.end;
  if (node.left) max = laterEnd(max, node.left.maxEnd);
  if (node.right) max = laterEnd(max, node.right.maxEnd);
  node.maxEnd = max;
}

function rotateRight<T>(node: Node<T>): Node<T> {
  const top = node.left!;
  node.left = top.right;
  top.right = node;
  refresh(node);
  refresh(top);
  return top;
}

function rotateLeft<T>(node: Node<T>): Node<T> {
  const top = node.right!;
  node.right = top.left;
  top.left = node;
  refresh(node);
  refresh(top);
  return top;
}

function insert<T>(node: Node<T> | null, start: string, end: string | null, owner: T): Node<T> {
  if (!node) {
    return {
      start,
      end,
      owners: new Set([owner]),
      priority: Math.random(),
      maxEnd: end,
      left: null,
      right: null,
    };
  }
  const order = compareIntervals(start, end, node.start, node.end);
  if (order === 0) {
    node.owners.add(owner);
    return node;
  }
  if (order < 0) {
    node.left = insert(node.left, start, end, owner);
    if (node.left.priority > node.priority) return rotateRight(node);
  } else {
    node.right = insert(node.right, start, end, owner);
    if (node.right.priority > node.priority) return rotateLeft(node);
  }
  refresh(node);
  return node;
}

function join<T>(left: Node<T> | null, right: Node<T> | null): Node<T> | null {
  if (!left) return right;
  if (!right) return left;
  const top = left.priority > right.priority ? left : right;
  if (top === left) left.right = join(left.right, right);
  else right.left = join(left, right.left);
  refresh(top);
  return top;
}

function remove<T>(node: Node<T> | null, start: string, end: string | null, owner: T): Node<T> | null {
  if (!node) return null;
  const order = compareIntervals(start, end, node.start, node.end);
  if (order === 0) {
    node.owners.delete(owner);
    return node.owners.size > 0 ? node : join(node.left, node.right);
  }
  if (order < 0) node.left = remove(node.left, start, end, owner);
  else node.right = remove(node.right, start, end, owner);
  refresh(node);
  return node;
}

/** Returns at how many intervals it looked. */
function stabTree<T>(node: Node<T> | null, key: string, visit: (owner: T) => void): number {
  let looked = 0;
  while (node && (node.maxEnd === null || node.maxEnd > key)) {
    looked += 1 + stabTree(node.left, key, visit);
    if (node.start > key) return looked;
    if (node.end === null || node.end > key) for (const owner of node.owners) visit(owner);
    node = node.right;
  }
  return looked;
}

export class IntervalIndex<T> {
  #points = new Map<string, Set<T>>();
  #trees = new Map<string, Node<T>>();
  #wide: Node<T> | null = null;

  add(interval: KeyInterval, owner: T): void {
    const start = keyText(interval.start);
    const end = interval.end && keyText(interval.end);
    if (end !== null && end <= start) return;
    if (isPoint(start, end)) {
      const owners = this.#points.get(start);
      if (owners) owners.add(owner);
      else this.#points.set(start, new Set([owner]));
      return;
    }
    const tree = treeName(start, end);
    if (tree === null) this.#wide = insert(this.#wide, start, end, owner);
    else this.#trees.set(tree, insert(this.#trees.get(tree) ?? null, start, end, owner));
  }

  remove(interval: KeyInterval, owner: T): void {
    const start = keyText(interval.start);
    const end = interval.end && keyText(interval.end);
    if (end !== null && end <= start) return;
    if (isPoint(start, end)) {
      const owners = this.#points.get(start);
      if (owners?.delete(owner) && owners.size === 0) this.#points.delete(start);
      return;
    }
    const tree = treeName(start, end);
    if (tree === null) {
      this.#wide = remove(this.#wide, start, end, owner);
      return;
    }
    const root = remove(this.#trees.get(tree) ?? null, start, end, owner);
    if (root) this.#trees.set(tree, root);
    else this.#trees.delete(tree);
  }

  /**
   * Visits each owner at least once (again for each of its intervals that holds the key). Returns at how many intervals it
   * had to look.
   */
  stab(key: Uint8Array, visit: (owner: T) => void): number {
    const text = keyText(key);
    const owners = this.#points.get(text);
    if (owners) for (const owner of owners) visit(owner);
    const tree = this.#trees.get(text.slice(0, PREFIX));
    return (tree ? stabTree(tree, text, visit) : 0) + stabTree(this.#wide, text, visit);
  }

  isEmpty(): boolean {
    return this.#points.size === 0 && this.#trees.size === 0 && this.#wide === null;
  }
}

function isPoint(start: string, end: string | null): boolean {
  return end !== null && end.length === start.length + 1 && end.endsWith('\0') && end.startsWith(start);
}

/** The index id all keys of the interval share, or null if they may differ. */
function treeName(start: string, end: string | null): string | null {
  if (start.length < PREFIX || end === null) return null;
  const prefix = start.slice(0, PREFIX);
  return end.startsWith(prefix) || end === successorOf(prefix) ? prefix : null;
}

/** The least text after everything that starts with the prefix (trailing FF bytes carry). */
function successorOf(prefix: string): string | null {
  for (let at = prefix.length - 1; at >= 0; at--) {
    const code = prefix.charCodeAt(at);
    if (code < 255) return prefix.slice(0, at) + String.fromCharCode(code + 1);
  }
  return null;
}
