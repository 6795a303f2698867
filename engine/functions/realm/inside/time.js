/**
 * Deterministic clock and randomness. Time is the start of the execution; randomness comes from its seed.
 * `reset()` is called at the start of every execution; nothing is asked of the host until user code asks.
 */
(function (kit) {
  'use strict';
  const { call, define } = kit;
  const NativeDate = Date;
  let now = null;
  let random = null;

  function currentTime() {
    if (now === null) now = call('now');
    return now;
  }

  function RealmDate(...parts) {
    if (new.target === undefined) return new NativeDate(currentTime()).toString();
    return Reflect.construct(NativeDate, parts.length === 0 ? [currentTime()] : parts, new.target);
  }
  Object.defineProperties(RealmDate, {
    name: { value: 'Date' },
    length: { value: 7 },
    prototype: { value: NativeDate.prototype, writable: false },
    now: { value: { now: () => currentTime() }.now, writable: true, configurable: true },
    parse: { value: NativeDate.parse, writable: true, configurable: true },
    UTC: { value: NativeDate.UTC, writable: true, configurable: true },
  });
  NativeDate.prototype.constructor = RealmDate;
  define('Date', RealmDate);

  /** xoshiro128**: small, fast, and good enough for what `Math.random` promises. Secrets come from `crypto`. */
  function generator() {
    const s = new Uint32Array(4);
    call('seed', s);
    const rotate = (x, k) => (x << k) | (x >>> (32 - k));
    const next = () => {
      const result = Math.imul(rotate(Math.imul(s[1], 5), 7), 9) >>> 0;
      const t = s[1] << 9;
      s[2] ^= s[0];
      s[3] ^= s[1];
      s[1] ^= s[2];
      s[0] ^= s[3];
      s[2] ^= t;
      s[3] = rotate(s[3], 11);
      return result;
    };
    return () => ((next() >>> 5) * 67108864 + (next() >>> 6)) / 9007199254740992;
  }
  Object.defineProperty(Math, 'random', {
    value: { random: () => (random ??= generator())() }.random,
    writable: true,
    configurable: true,
  });

  define(
    'performance',
    Object.freeze({
      now: () => 0,
      timeOrigin: 0,
      mark() {},
      measure() {},
      toJSON: () => ({ timeOrigin: 0 }),
    }),
  );

  return {
    __proto__: null,
    reset() {
      now = null;
      random = null;
    },
  };
});
