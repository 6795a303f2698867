/** All languages at once, for those who need not count what they load: the chat fetches the one it speaks. */
import type { Catalogue, Language } from './catalogue';
import { de } from './de';
import { en } from './en';

export const catalogues: Record<Language, Catalogue> = { en, de };
