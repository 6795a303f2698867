/** Where the project is. By itself, because the linter's own rules need nothing else of it. */
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));
