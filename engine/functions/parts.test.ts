import { createPublicKey, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../values/value.ts';
import { resolveCommitTs } from './run/commitTs.ts';
import { Handles } from './calls/handles.ts';
import { JwtSigner } from './calls/jwtSigner.ts';
import { resolveSpecifier, toScript } from './code/modules.ts';
import { displayPath, parsePath, serverPath } from './code/paths.ts';
import { Keystream } from './realm/randomness.ts';
import { SourceMap } from './code/sourceMap.ts';
import { mapFrames } from './code/stack.ts';
import { Timeouts } from './time/timeouts.ts';
import { guard, type TimeLimitExceeded } from './time/watchdog.ts';

describe('paths', () => {
  it('[engine F1] have one server form and one for people', () => {
    expect(['a/b:c', 'a/b.js:c', 'a/b', 'b:default'].map((text) => serverPath(parsePath(text)!))).toEqual([
      'a/b.js:c',
      'a/b.js:c',
      'a/b.js:default',
      'b.js:default',
    ]);
    expect(displayPath(parsePath('a/b:default')!)).toBe('a/b');
    for (const bad of ['', ':c', '/a:b', 'a//b:c', '../a:b', 'a:1b', 'a b:c', 'a:b:c'])
      expect(parsePath(bad)).toBeNull();
  });
});

describe('source maps', () => {
  it('[engine F4] lead from the script through the bundle to the developer’s file', async () => {
    // Line 2 of the bundle, column 1, is line 7, column 3 of app.ts.
    const bundleMap = JSON.stringify({
      version: 3,
      sources: ['../convex/app.ts'],
      names: [],
      mappings: ';AAME',
    });
    const stored = await toScript({
      path: 'app.js',
      source: 'const a = 1;\nexport function broken() { throw new Error(a); }\n',
      sourceMap: bundleMap,
      environment: 'isolate',
    });
    const lines = stored.script.split('\n');
    const line = lines.findIndex((text) => text.includes('function broken'));
    const modules = new Map([['app.js', stored]]);
    expect(
      mapFrames(
        `    at broken (convex:/app.js:${line + 1}:1)\n    at engine (file:///x/engine.ts:1:1)\n    at handler (../convex/other.ts:1:2)`,
        modules,
      ),
    ).toBe('    at broken (../convex/app.ts:7:3)\n    at handler (../convex/other.ts:1:2)\n');
  });

  it('[engine F4] that are broken cost positions, not the error', () => {
    expect(() => new SourceMap('{"sources":[],"mappings":"!"}')).toThrow();
    const modules = new Map([
      ['a.js', { script: '', sourceMap: 'not a map', environment: 'isolate' as const }],
    ]);
    expect(mapFrames('    at f (convex:/a.js:3:4)', modules)).toBe('    at f (../convex/a.js:3:4)\n');
  });

  it('[engine F24] link only modules of the same bundle', () => {
    const modules = new Map([
      ['a/b.js', 1],
      ['_deps/x.js', 1],
    ]);
    expect(resolveSpecifier(modules, 'a/c.js', './b.js')).toBe('a/b.js');
    expect(resolveSpecifier(modules, 'a/c.js', '../_deps/x.js')).toBe('_deps/x.js');
    expect(resolveSpecifier(modules, 'a/c.js', '../../etc/passwd')).toBeNull();
    expect(resolveSpecifier(modules, 'a/c.js', 'node:fs')).toBeNull();
  });
});

describe('the watchdog', () => {
  it('[engine F21] tells work that computed from work that waited', () => {
    const cut = (work: () => void): TimeLimitExceeded => {
      try {
        guard(300, work);
      } catch (error) {
        return error as TimeLimitExceeded;
      }
      throw new Error('not cut');
    };
    const waited = cut(() => {
      for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
    });
    expect(waited.starved).toBe(true);
    expect(waited.limitMs).toBe(300);
    expect(guard(300, () => 'free again')).toBe('free again');
  });

  it('[engine F22] forgets timeouts that are a minute old', () => {
    let now = 0;
    const timeouts = new Timeouts(() => now);
    timeouts.strike('f');
    timeouts.strike('f');
    now = 61_000;
    timeouts.strike('f');
    expect(timeouts.blockedFor('f')).toBe(0);
    timeouts.strike('f');
    timeouts.strike('f');
    expect(timeouts.blockedFor('f')).toBe(60);
    expect(timeouts.blockedFor('g')).toBe(0);
  });
});

describe('secrets and stamps', () => {
  it('[engine F25] follow from the seed alone, in whatever pieces they are taken', () => {
    const take = (sizes: number[]): string => {
      const stream = new Keystream(() => new Uint8Array(32).fill(9));
      return sizes
        .map((size) => {
          const bytes = new Uint8Array(size);
          stream.fill(bytes);
          return Buffer.from(bytes).toString('hex');
        })
        .join('');
    };
    expect(take([4, 12, 16])).toBe(take([32]));
    expect(take([32])).not.toMatch(/^0+$/);
  });

  it('[engine F17] replace the placeholder of the commit timestamp, not text that looks like it', () => {
    expect(resolveCommitTs('{"a":{"$commitTs":null},"b":"{\\"$commitTs\\":null}"}', 1n)).toBe(
      '{"a":{"$integer":"AQAAAAAAAAA="},"b":"{\\"$commitTs\\":null}"}',
    );
  });

  it('[engine F19] make handles that only the same secret accepts', () => {
    const handles = new Handles(new Uint8Array(32).fill(1));
    const handle = handles.create('a/b', parsePath('m:f')!);
    expect(handles.resolve(handle)).toEqual({ component: 'a/b', path: { module: 'm.js', name: 'f' } });
    expect(new Handles(new Uint8Array(32).fill(2)).resolve(handle)).toBeNull();
    expect(handles.resolve('function://nonsense')).toBeNull();
  });

  it('[engine F43] sign tokens under one key that outlives restarts and whose public half is published', () => {
    const meta = new Map<string, unknown>();
    const store = {
      getMeta: (key: string) => (meta.get(key) ?? null) as string | null,
      setMeta: (key: string, value: unknown) => void meta.set(key, value),
    };
    const token = new JwtSigner(store).sign({
      claims: { role: 'agent' },
      expiresInSeconds: 60,
      issuer: 'https://i.test',
      nowMs: 5000,
    });
    const { keys } = new JwtSigner(store).jwks();
    const [header, payload, signature] = token.split('.') as [string, string, string];
    const key = createPublicKey({ key: keys[0] as JsonObject as never, format: 'jwk' });
    expect(
      verify(
        'sha256',
        Buffer.from(`${header}.${payload}`),
        { key, dsaEncoding: 'ieee-p1363' },
        Buffer.from(signature, 'base64url'),
      ),
    ).toBe(true);
    expect(JSON.parse(Buffer.from(payload, 'base64url').toString())).toEqual({
      role: 'agent',
      iss: 'https://i.test',
      iat: 5,
      exp: 65,
    });
    expect(JSON.stringify(keys)).not.toContain('"d"');
    const sign = (claims: JsonObject, expiresInSeconds: number) => () =>
      new JwtSigner(store).sign({ claims, expiresInSeconds, issuer: 'i', nowMs: 0 });
    expect(sign({ exp: 1 }, 60)).toThrow('The claim "exp" is reserved');
    expect(sign({ convexThing: 1 }, 60)).toThrow('reserved');
    expect(sign({}, 3601)).toThrow('from 1 to 3600');
  });
});
