/** Behaviours that only a caller sees, by area. */
import type { Outside } from './backend.ts';
import { args } from './cases/args.ts';
import { callers } from './cases/callers.ts';
import { components } from './cases/components.ts';
import { errors } from './cases/errors.ts';
import { files } from './cases/files.ts';
import { http } from './cases/http.ts';
import { pages } from './cases/pages.ts';
import { scheduling } from './cases/scheduling.ts';
import { search } from './cases/search.ts';

export const outside: Record<string, Record<string, Outside>> = {
  pages,
  errors,
  args,
  callers,
  scheduling,
  http,
  search,
  files,
  components,
};
