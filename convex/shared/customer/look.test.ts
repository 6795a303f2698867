import { expect, test } from 'vitest';
import { checkedLook, frameLook, launcherLook } from './look';

test('[ux A2] a look is kept as it is drawn: what is as usual is left out, what cannot be is refused', () => {
  expect(
    checkedLook({ name: '  ', colour: ' #ABC', offsetX: 20, offsetY: 64, greetings: { en: ' Hi ', de: '' } }),
  ).toEqual({
    colour: '#aabbcc',
    offsetY: 64,
    greetings: { en: 'Hi' },
  });
  expect(checkedLook({ language: 'de', side: 'left', name: 'Pinetrail help' })).toEqual({
    language: 'de',
    side: 'left',
    name: 'Pinetrail help',
  });
  expect(checkedLook({ greetings: { en: 'Hello!\n\nAsk us anything.\r\n' } })).toEqual({
    greetings: { en: 'Hello!\n\nAsk us anything.' },
  });
  for (const wrong of [
    { colour: 'red;}*{display:none' },
    { offsetX: -1 },
    { offsetY: 1.5 },
    { offsetX: 401 },
    { name: 'a'.repeat(61) },
    { name: 'Ana\u202e' },
    { name: 'Ana\nReyes' },
    { greetings: { en: 'Hi\n\u202etxet' } },
    { greetings: { de: 'a'.repeat(301) } },
  ])
    expect(checkedLook(wrong), JSON.stringify(wrong)).toHaveProperty('fault');
});

test('a team that has chosen nothing pays nothing for it', () => {
  expect(frameLook({})).toEqual({ css: '', language: 'auto', name: null, greetings: {} });
  expect(launcherLook({}).css).toBe('');
});

test('the launcher stands where it was put, and is called in the language of the page', () => {
  const { css, words } = launcherLook({ side: 'left', offsetX: 8, colour: '#0a7f5a' });
  expect(css).toContain('--a:#0a7f5a');
  expect(css).toContain('button{inset-inline:auto;left:8px;bottom:20px}');
  expect(words).toEqual({ '': 'Chat with us', en: 'Chat with us', de: 'Chatten Sie mit uns' });
  expect(launcherLook({ language: 'de' }).words).toEqual({ '': 'Chatten Sie mit uns' });
  expect(launcherLook({ offsetY: 90 }).css).toContain('button{inset-inline-end:20px;bottom:90px}');
});
