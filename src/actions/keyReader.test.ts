import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ActionId, actionIds, definitionOf } from './catalogue';
import { isSingleKey, makeKeyReader } from './keyReader';
import { keysOf, remap, resetKeys } from './preferences';

const keysOfDesk = Object.fromEntries(actionIds.map((id) => [id, definitionOf(id).keys])) as Record<
  ActionId,
  readonly string[]
>;

interface Press {
  key: string;
  code?: string;
  shift?: boolean;
  ctrl?: boolean;
  repeat?: boolean;
  /** Since the press before. */
  afterMs?: number;
}

/** Presses one key after the other; a capital letter is pressed with Shift. */
function presser<Id extends string>(
  keysById: Record<Id, readonly string[]>,
  repeats: readonly string[] = [],
) {
  const ids = Object.keys(keysById) as Id[];
  const reader = makeKeyReader(
    ids.flatMap((id) => keysById[id].map((keys) => ({ id, keys, repeats: repeats.includes(id) }))),
  );
  let now = 0;
  const press = (given: string | Press): Id | null => {
    const {
      key,
      code = '',
      ctrl = false,
      repeat = false,
      afterMs = 100,
      ...rest
    } = typeof given === 'string' ? { key: given } : given;
    const shift = 'shift' in rest ? rest.shift : /^[A-Z?]$/.test(key);
    now += afterMs;
    const held = { Shift: shift, Control: ctrl, Meta: false, Alt: false } as Record<string, boolean>;
    return reader.read({
      key,
      code,
      repeat,
      timeStamp: now,
      ctrlKey: ctrl,
      metaKey: false,
      getModifierState: (modifier: string) => held[modifier] ?? false,
    } as KeyboardEvent);
  };
  return { press, type: (...presses: (string | Press)[]) => presses.map(press), forget: reader.forget };
}

const desk = () => presser<ActionId>(keysOfDesk, ['list.next']);

const sequences = actionIds.flatMap((id) =>
  keysOfDesk[id].filter((keys) => keys.includes(' ')).map((keys) => [keys, id] as const),
);

describe('a started sequence owns the next key', () => {
  it.each(sequences)('%s means %s and nothing else', (keys, id) => {
    expect(desk().type(...keys.split(' '))).toEqual([null, id]);
  });

  it('a key that does not go on with it ends it and means nothing; the one after means itself', () => {
    expect(desk().type('g', 'e', 'e')).toEqual([null, null, 'ticket.resolve']);
  });

  it('Escape ends it and does not step back', () => {
    expect(desk().type('g', 'Escape', 'i')).toEqual([null, null, 'ticket.assignToMe']);
  });

  it('Shift pressed on the way does not end it', () => {
    const { type } = presser({ upper: ['g Shift+I'], lower: ['i'] });
    expect(type('g', { key: 'Shift', shift: true }, 'I')).toEqual([null, null, 'upper']);
  });

  it('a chord that does not go on with it means what it always means', () => {
    expect(desk().type('g', { key: 'k', ctrl: true }, 'i')).toEqual([
      null,
      'desk.commandMenu',
      'ticket.assignToMe',
    ]);
  });

  it('after a second it is forgotten', () => {
    expect(desk().type('g', { key: 'i', afterMs: 999 })).toEqual([null, 'go.mine']);
    expect(desk().type('g', { key: 'i', afterMs: 1_001 })).toEqual([null, 'ticket.assignToMe']);
  });

  it('a press that belonged to something else ends it', () => {
    const { press, forget } = desk();
    press('g');
    forget();
    expect(press('i')).toBe('ticket.assignToMe');
  });

  it('sequences of any length, and of chords', () => {
    const { type } = presser({ long: ['a b c'], short: ['a d'], b: ['b'], chords: ['$mod+k $mod+s'] });
    expect(type('a', 'b', 'c')).toEqual([null, null, 'long']);
    expect(type('a', 'd')).toEqual([null, 'short']);
    expect(type('a', 'b', 'b', 'b')).toEqual([null, null, null, 'b']);
    expect(type({ key: 'k', ctrl: true }, { key: 's', ctrl: true })).toEqual([null, 'chords']);
  });

  it('whatever is pressed, each press means one thing, and after a started sequence only its end', () => {
    const key = fc.constantFrom('g', 'i', 'a', 'r', 'e', 'j', '1', ',', 'x', 'Escape');
    fc.assert(
      fc.property(fc.array(key, { maxLength: 12 }), (presses) => {
        const { press } = desk();
        let isStarted = false;
        for (const each of presses) {
          const meant = press(each);
          const ends = sequences.find(([keys]) => keys === `g ${each}`)?.[1] ?? null;
          const alone = actionIds.find((id) => keysOfDesk[id].includes(each));
          expect(meant).toBe(isStarted ? ends : each === 'g' ? null : (alone ?? null));
          isStarted = !isStarted && each === 'g';
        }
      }),
    );
  });
});

describe('a press', () => {
  it('means its own modifiers only', () => {
    expect(desk().type('e', 'E', { key: 'e', ctrl: true })).toEqual([
      'ticket.resolve',
      'ticket.reopen',
      null,
    ]);
  });

  it('is read by position where the layout is not Latin, in sequences too', () => {
    expect(desk().type({ key: 'у', code: 'KeyE' })).toEqual(['ticket.resolve']);
    expect(desk().type({ key: 'п', code: 'KeyG' }, { key: 'ш', code: 'KeyI' })).toEqual([null, 'go.mine']);
    expect(desk().type({ key: 'z', code: 'KeyE' })).toEqual([null]);
  });

  it('held down repeats only what may repeat, and neither ends nor starts a sequence', () => {
    const again = (key: string) => ({ key, repeat: true });
    expect(desk().type('e', again('e'), again('e'))).toEqual(['ticket.resolve', null, null]);
    expect(desk().type('j', again('j'))).toEqual(['list.next', 'list.next']);
    expect(desk().type('g', again('g'), 'i')).toEqual([null, null, 'go.mine']);
    expect(desk().type('g', again('j'), 'i')).toEqual([null, null, 'go.mine']);
  });

  it('is single without Ctrl and ⌘', () => {
    const single = (press: object) =>
      isSingleKey({ ctrlKey: false, metaKey: false, ...press } as KeyboardEvent);
    expect([{ key: 'e' }, { key: 'E', shiftKey: true }, { key: 'Escape' }].map(single)).toEqual([
      true,
      true,
      true,
    ]);
    expect([{ key: 'k', ctrlKey: true }, { key: 'k', metaKey: true }, { key: 'F6' }].map(single)).toEqual([
      false,
      false,
      false,
    ]);
  });
});

describe('[ux A4] changed keys', () => {
  it('never begin with, or are the beginning of, those of another action', () => {
    expect(remap('ticket.resolve', 'g')).toBe('go.mine');
    expect(remap('ticket.resolve', 'e e')).toBeNull();
    expect(remap('ticket.close', 'e e')).toBe('ticket.resolve');
    expect(remap('ticket.close', 'e')).toBe('ticket.resolve');
    expect(keysOf('ticket.close')).toEqual([]);
    resetKeys();
    for (const id of actionIds) for (const keys of keysOf(id)) expect(remap(id, keys), keys).toBeNull();
    resetKeys();
  });
});
