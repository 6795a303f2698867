import { describe, expect, it } from 'vitest';
import { nextPage } from './nextPage';

describe('the page that is asked for after the sign-in', () => {
  it.each([
    '/',
    '/inbox/mine',
    '/inbox/all/12',
    '/settings/people',
    '/inbox/all/2?from=https://mail.example/#end',
    '/invite/Zm9v-YmFy_~1',
    '/logins',
  ])('[E2] %j is a page of this desk', (next) => expect(nextPage(next)).toBe(next));

  it.each([
    undefined,
    ['/inbox/mine'],
    '',
    'inbox/mine',
    'https://evil.example/',
    'HTTPS:evil.example',
    '//evil.example',
    '///evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '/inbox\\..\\..\\evil',
    'javascript:alert(1)',
    ' javascript:alert(1)',
    'java\nscript:alert(1)',
    'data:text/html,x',
    '/\t/evil.example',
    '/\n/evil.example',
    '/\u0000/evil.example',
    '/inbox/mine\r\nLocation: //evil.example',
    '/inbox/mine\n',
    '/%2F%2Fevil.example',
    '/%2fevil.example',
    '/%5Cevil.example',
    '/%09/evil.example',
    '/%252F%252Fevil.example',
    '%2F%2Fevil.example',
    '/.//evil.example',
    '/..//evil.example',
    '/inbox/..//evil.example',
    '/inbox//evil.example',
    '/．/evil.example',
    '/／evil.example',
    '/@evil.example',
  ])('[E2] %j is not', (next) => expect(nextPage(next)).toBeUndefined());

  it.each(['/login', '/login/', '/login?next=/login', '/login#x'])(
    '[E2] %j would ask for the password again',
    (next) => expect(nextPage(next)).toBeUndefined(),
  );
});
