import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readOrigin } from './origins';

test('[M9] an origin is read as a content security policy names it, and nothing else is', () => {
  const origins: Record<string, string | null> = {
    'https://shop.example': 'https://shop.example',
    ' Shop.Example ': 'https://shop.example',
    'https://shop.example/': 'https://shop.example',
    'https://shop.example:443': 'https://shop.example',
    'http://localhost:8080': 'http://localhost:8080',
    'https://*.shop.example': 'https://*.shop.example',
    '*.shop.example': 'https://*.shop.example',
    'https://[::1]:3000': 'https://[::1]:3000',
    'https://bücher.example': 'https://xn--bcher-kva.example',
    'https://shop.example/cart': null,
    'https://shop.example?x': null,
    'https://user@shop.example': null,
    'http://intranet': 'http://intranet',
    localhost: 'https://localhost',
    'ftp://shop.example': null,
    'not a url': null,
    url: null,
    'javascript:alert(1)': null,
    "'self'": null,
    '*': null,
    'https://*': null,
    'a.example;script-src': null,
    'a.example b.example': null,
    'a.example,b.example': null,
    '': null,
  };
  for (const [typed, origin] of Object.entries(origins)) expect(readOrigin(typed), typed).toBe(origin);
});

const typedOrigin = fc
  .array(
    fc.oneof(
      fc.constantFrom('https://', 'http://', '*.', 'shop.example', ':443', ':8080', '/', "'self'", ';', ' '),
      fc.string({ unit: 'binary', maxLength: 5 }),
    ),
    { maxLength: 5 },
  )
  .map((parts) => parts.join(''));

test('[M9] property: whatever is typed, a policy finds one source in it or none', () => {
  fc.assert(
    fc.property(typedOrigin, (typed) => {
      const origin = readOrigin(typed);
      if (origin === null) return;
      expect(origin).toMatch(/^https?:\/\/(\*\.)?[a-z0-9.[\]:-]+$/);
      expect(readOrigin(origin)).toBe(origin);
    }),
  );
});
