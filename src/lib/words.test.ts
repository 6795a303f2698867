import { expect, it } from 'vitest';
import { capitalised } from './words';

it('a choice begins with a capital, whatever it begins with', () => {
  expect(['urgent', 'ärgerlich', '😀', ''].map(capitalised)).toEqual(['Urgent', 'Ärgerlich', '😀', '']);
});
