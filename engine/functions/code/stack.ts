/**
 * Stack frames as developers see them: positions mapped to their own files, the engine's and the client library's
 * frames left out. A frame is one line, `    at [async ]name (../convex/file.ts:L:C)`.
 */
import { SourceMap } from 'node:module';
import type { StoredModule } from './modules.ts';

const FRAME = /^\s+at (?:(.*?) \()?(?:eval at .*?)?convex:\/(.+?):(\d+):(\d+)\)?$/;
/** A frame that was mapped before: the text of a callee's failure, thrown on by its caller. */
const MAPPED = /^\s+at (.* \(\.\.\/[^()]*:\d+:\d+\))$/;
const HIDDEN = /(?:^|\/)node_modules\/convex\//;
/** Decoded at the first failure: a large bundle takes half a second. */
const maps = new WeakMap<StoredModule, SourceMap | null>();

/** A place in the developer's file; line and column are 1-based. */
interface Original {
  source: string;
  line: number;
  column: number;
}

/** Maps the frames of a realm's stack text; lines that are not a developer's are dropped. Ends with a newline unless empty. */
export function mapFrames(frames: string, modules: ReadonlyMap<string, StoredModule>): string {
  let out = '';
  for (const line of frames.split('\n')) {
    const mapped = mapFrame(line, modules);
    if (mapped !== null) out += `    at ${mapped}\n`;
  }
  return out;
}

function mapFrame(line: string, modules: ReadonlyMap<string, StoredModule>): string | null {
  if (/^\s+at (?:async )?(?:Promise\.\w+ \(index \d+\)|new Promise \(<anonymous>\))$/.test(line)) return null;
  const before = MAPPED.exec(line);
  if (before !== null) return before[1]!;
  const match = FRAME.exec(line);
  if (match === null) return null;
  const [, callee, path, lineText, columnText] = match as unknown as [
    string,
    string | undefined,
    string,
    string,
    string,
  ];
  const module = modules.get(path);
  if (module === undefined) return null;
  const original = originalOf(module, Number(lineText), Number(columnText));
  if (original !== null && HIDDEN.test(original.source)) return null;
  const place =
    original === null
      ? `../convex/${path}:${lineText}:${columnText}`
      : `${original.source}:${original.line}:${original.column}`;
  return `${name(callee, line)} (${place})`;
}

function name(callee: string | undefined, line: string): string {
  const isAsync = /^\s+at async /.test(line);
  const bare = (callee ?? '')
    .replace(/^async /, '')
    .replace(/^(?:Object|Module|exports)\./, '')
    .trim();
  return `${isAsync ? 'async ' : ''}${bare === '' ? '<anonymous>' : bare}`;
}

/** The original of a 1-based generated position, or null where nothing is mapped. */
function originalOf(module: StoredModule, line: number, column: number): Original | null {
  const found = mapOf(module)?.findEntry(line - 1, column - 1);
  // Where a line has no mapping of its own, Node answers with the last one before it.
  if (found === undefined || !('originalSource' in found) || found.generatedLine !== line - 1) return null;
  const { originalSource: source, originalLine, originalColumn } = found;
  return source ? { source, line: originalLine + 1, column: originalColumn + 1 } : null;
}

function mapOf(module: StoredModule): SourceMap | null {
  const known = maps.get(module);
  if (known !== undefined) return known;
  let map: SourceMap | null = null;
  try {
    if (module.sourceMap !== null) map = decoded(module.sourceMap);
  } catch {
    // A broken map costs positions, never the error itself.
  }
  maps.set(module, map);
  return map;
}

/** Node keeps what it is given, so it gets no source texts; and it ignores the root. */
function decoded(json: string): SourceMap {
  const { version, file, sources, sourceRoot = '', mappings } = JSON.parse(json) as SourceMapFile;
  const rooted = sources.map((source) => (source === null ? '' : sourceRoot + source));
  return new SourceMap({
    version,
    file,
    sources: rooted,
    sourcesContent: [],
    names: [],
    mappings,
    sourceRoot,
  });
}

interface SourceMapFile {
  version: number;
  file: string;
  sources: (string | null)[];
  sourceRoot?: string;
  mappings: string;
}
