/**
 * The rejected promises of a realm that nobody handles (F42).
 *
 * Node tells of them only after the task that ran the function, when its effects may be committed already. V8 tells Node at
 * once, through a callback that Node keeps to itself. The inspector sees into Node's own modules, so the callback is set
 * from there, once for each thread; what the host's promises do goes on to Node's own.
 *
 * Surprise: it leans on names inside Node, whose version is pinned (package.json). Another Node that has others is refused
 * with a sentence when the first realm is made.
 */
import { Session } from 'node:inspector';

/** Promise to reason: rejected and, so far, without a handler. */
export type Unhandled = Map<object, unknown>;

type Callback = (type: number, promise: object, reason: unknown) => void;

/** V8's names of what it tells. */
const REJECTED_WITHOUT_HANDLER = 0;
const HANDLED_AFTERWARDS = 1;

const SLOT = Symbol.for('engine.functions.realm.rejections');
let current: Unhandled | null = null;
let listening = false;

/** Runs `fn` and collects in `unhandled` what is rejected in realms meanwhile; a nested call collects its own. */
export function collecting<T>(unhandled: Unhandled, fn: () => T): T {
  const outer = current;
  current = unhandled;
  try {
    return fn();
  } finally {
    current = outer;
  }
}

/** From here on this thread's realms are heard. */
export function hearRejections(): void {
  if (listening) return;
  const [setCallback, nodes] = takeFromNode();
  setCallback((type, promise, reason) => {
    // A realm's promises are of its own Promise class.
    if (promise instanceof Promise) return nodes(type, promise, reason);
    if (type === REJECTED_WITHOUT_HANDLER) current?.set(promise, reason);
    else if (type === HANDLED_AFTERWARDS) current?.delete(promise);
  });
  listening = true;
}

/** Node's setter of V8's callback, and the callback it has set. */
function takeFromNode(): [set: (callback: Callback) => void, nodes: Callback] {
  const session = new Session();
  session.connect();
  try {
    const tick = ask<{ result: Remote }>(session, 'Runtime.evaluate', {
      expression: 'process._tickCallback',
    });
    const inside = inScope(session, tick.result, 'processPromiseRejections');
    const setter = inScope(session, inside, 'setPromiseRejectCallback');
    const handler = inScope(session, inside, 'promiseRejectHandler');
    ask(session, 'Runtime.callFunctionOn', {
      objectId: setter.objectId,
      functionDeclaration: `function (handler) { globalThis[Symbol.for('${SLOT.description}')] = [this, handler]; }`,
      arguments: [{ objectId: handler.objectId }],
    });
    const slots = globalThis as unknown as Record<
      symbol,
      [(callback: Callback) => void, Callback] | undefined
    >;
    const taken = slots[SLOT]!;
    delete slots[SLOT];
    return taken;
  } finally {
    session.disconnect();
  }
}

interface Remote {
  objectId: string;
}

interface Properties {
  result: { name: string; value?: Remote }[];
  internalProperties?: { name: string; value?: Remote }[];
}

/** The variable `name` that the function `remote` closes over. */
function inScope(session: Session, remote: Remote, name: string): Remote {
  const propertiesOf = (objectId: string): Properties =>
    ask(session, 'Runtime.getProperties', { objectId, ownProperties: true });
  const scopes = propertiesOf(remote.objectId).internalProperties?.find((one) => one.name === '[[Scopes]]');
  for (const scope of scopes?.value === undefined ? [] : propertiesOf(scopes.value.objectId).result) {
    if (scope.value?.objectId === undefined) continue;
    const found = propertiesOf(scope.value.objectId).result.find((one) => one.name === name);
    if (found?.value?.objectId !== undefined) return found.value;
  }
  throw new Error(
    `The engine runs on the Node that package.json names; this one (${process.version}) has no ${name}.`,
  );
}

/** Both ends are on this thread: the answer comes before `post` returns. */
function ask<T>(session: Session, method: string, params: object): T {
  let answer: { error: Error | null; result: unknown } = {
    error: new Error(`${method} was not answered`),
    result: null,
  };
  session.post(method, params, (error, result) => void (answer = { error, result }));
  if (answer.error !== null) throw answer.error;
  return answer.result as T;
}
