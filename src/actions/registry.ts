/**
 * What the actions of the catalogue do right now. A feature binds its actions while it is mounted; the newest binding of
 * an action wins, and unbinding brings the one before it back. Handlers are read at the moment of the press, so a
 * binding always sees the latest state without being bound again.
 */
import { createContext, use, useLayoutEffect, useRef, useSyncExternalStore } from 'react';
import { notify } from '../ui/toast';
import type { ActionId } from './catalogue';

/** One step deeper in the command menu: "Assign to…" → people. */
export interface Choice {
  id: string;
  label: string;
  hint?: string;
  run: () => void;
}

export interface Binding {
  /** Not needed where `choices` are given. */
  run?: () => void;
  /** Absent: always. Decides whether keys act and whether the command menu lists it; a sentence says why not. */
  enabled?: () => boolean | string;
  /** Given, the command menu opens at these instead of running. */
  choices?: () => Choice[];
  /** Further choices that are made of what is typed in the menu; they stand first, whatever they are called. */
  typedChoices?: (typed: string) => Choice[];
}

type Bindings = { [id in ActionId]?: Binding };
/** Reads the binding as it is now. */
type Bound = () => Binding;

/** The newest last, and behind them those that go first. */
const bindings = new Map<ActionId, { bound: Bound; goesFirst: boolean }[]>();
const listeners = new Set<() => void>();
let version = 0;

function listen(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** What can be done, or chosen, is no longer the same. */
export function changed() {
  version += 1;
  for (const listener of listeners) listener();
}

function bindAction(id: ActionId, bound: Bound, goesFirst: boolean): () => void {
  const before = bindings.get(id) ?? [];
  const own = { bound, goesFirst };
  const others = goesFirst ? [] : before.filter((each) => each.goesFirst);
  bindings.set(id, [...before.filter((each) => !others.includes(each)), own, ...others]);
  return () =>
    bindings.set(
      id,
      (bindings.get(id) ?? []).filter((each) => each !== own),
    );
}

const newestBinding = (id: ActionId): Binding | undefined => bindings.get(id)?.at(-1)?.bound();

/** The binding in force, or null when nothing on screen can do this now. */
export function activeBinding(id: ActionId): Binding | null {
  const binding = newestBinding(id);
  return binding && (binding.enabled?.() ?? true) === true ? binding : null;
}

/** Runs the action as a key or a menu would, or says why it cannot; returns whether it did either. */
export function runAction(id: ActionId): boolean {
  const binding = newestBinding(id);
  const enabled = binding ? (binding.enabled?.() ?? true) : false;
  if (typeof enabled === 'string') notify(enabled);
  else if (enabled && binding?.choices) openCommandMenu(id);
  else if (enabled) binding?.run?.();
  return enabled !== false;
}

/** What the command menu shows: closed, every action, or the choices of one. */
export type MenuState = 'closed' | 'all' | ActionId;
let menuState: MenuState = 'closed';

export function openCommandMenu(at: Exclude<MenuState, 'closed'> = 'all') {
  menuState = at;
  changed();
}

export function closeCommandMenu() {
  menuState = 'closed';
  changed();
}

export function useMenuState(): MenuState {
  return useSyncExternalStore(listen, () => menuState);
}

/** True above what is still shown but has been left: its actions do nothing. */
export const LeftContext = createContext(false);

/**
 * Binds these actions, always the same ones, for as long as the component is mounted and not left. `goFirst`: also before those
 * that are bound later.
 */
export function useActions(given: Bindings, { goFirst = false }: { goFirst?: boolean } = {}) {
  const current = useRef(given);
  const isLeft = use(LeftContext);
  useLayoutEffect(() => {
    current.current = given;
  });
  useLayoutEffect(() => {
    if (isLeft) return undefined;
    const ids = Object.keys(current.current) as ActionId[];
    const unbind = ids.map((id) => bindAction(id, () => current.current[id]!, goFirst));
    changed();
    return () => {
      for (const each of unbind) each();
      changed();
    };
  }, [isLeft, goFirst]);
}

export const useAction = (id: ActionId, binding: Binding) => useActions({ [id]: binding });

/** Re-renders when bindings come and go, or what they offer changes. */
export function useBindingsVersion(): number {
  return useSyncExternalStore(listen, () => version);
}
