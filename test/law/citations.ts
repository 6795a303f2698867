/** What texts cite: documents by their file name, and rules, goals and lessons by their ids. Pure. */

/** Where the files of the repository are. */
export const topFolders = [
  'bench',
  'client',
  'convex',
  'docs',
  'engine',
  'providers',
  'public',
  'scripts',
  'src',
  'test',
];

/** Not the last part of a web address, nor a pattern such as `*.md`. */
const document = /(?<![\w/.:*-])(?:\.{1,2}\/|[\w-]+\/)*[\w-]+\.md\b/g;

export function documentsCited(text: string): string[] {
  return Array.from(text.matchAll(document), ([name]) => name);
}

const comment = /\/\*[^]*?\*\/|(?:^|[\s;{}()])\/\/ .*$/gm;
/** Ours are TypeScript: other names are those of apps that the engine runs. Not the ending of a pattern or a placeholder. */
const module = /(?<![\w/.:*<>{}$-])(?:\.{1,2}\/|[\w.-]+\/)*[\w-]+(?:\.[\w-]+)*\.tsx?\b(?![\w/(]|:\w)/g;

/** The TypeScript files that a program's comments name. */
export function modulesCited(code: string): string[] {
  const comments = code.match(comment) ?? [];
  return comments.flatMap((text) => Array.from(text.matchAll(module), ([name]) => name));
}

const lawFiles = { 'docs/rules.md': '', 'docs/goals.md': 'goals' } as const;
/** Ends at a bracket, at the next citation, or with the sentence: `docs/rules.md §4 A2, R1` cites three things. */
const lawCitation = /(docs\/(?:rules|goals)\.md)((?:(?!docs\/|\. )[^)])*)/g;
/** A lesson, or a rule of a book with a name: in a bracket, or in words. */
const named = /\b(engine|ux|lesson) ([A-Z]\d+[a-z]?)\b/g;

/** `{book, id}` of everything cited; chapters as `§4`. The book of `docs/goals.md` is `goals`, whatever its table. */
export function idsCited(text: string): { book: string; id: string }[] {
  // A citation may go on in the next line of a comment.
  const flat = text.replace(/\n\s*(?:\*|\/\/|#)?\s*/g, ' ');
  const inLaw = Array.from(flat.matchAll(lawCitation)).flatMap(([, file, rest]) =>
    idsIn(rest!).map((id) => ({ book: lawFiles[file as keyof typeof lawFiles], id })),
  );
  return [...inLaw, ...Array.from(flat.matchAll(named), ([, book, id]) => ({ book: book!, id: id! }))];
}

const idsIn = (text: string): string[] =>
  Array.from(text.slice(0, 80).matchAll(/§\d|\b[A-Z]\d+\b|\b(?:perf|fault|sec)-\d+\b/g), ([id]) => id);

/** The folders and files that a map draws, a line each; what lies in a folder stands below it, further in. */
export function placesOf(map: string): string[] {
  let folder = '';
  return Array.from(map.matchAll(/^( {2})?([\w./-]+)(?= |$)/gm), ([, inner, name]) => {
    if (inner === undefined) folder = name!.endsWith('/') ? name! : '';
    return inner === undefined ? name! : folder + name;
  });
}

const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');

/** The anchors a document offers to links. */
export function anchorsOf(markdown: string): string[] {
  return Array.from(markdown.matchAll(/^#+ (.+)$/gm), ([, heading]) => anchorOf(heading!));
}

/** The targets of a document's links and pictures within the repository. */
export function linksOf(markdown: string): string[] {
  const links = Array.from(markdown.matchAll(/\]\(([^)\s]+)\)/g), ([, target]) => target!);
  return links.filter((target) => !/^[a-z]+:/.test(target));
}

/** Paths from the root in code spans; patterns and placeholders are none. */
export function pathsOf(markdown: string): string[] {
  const spans = Array.from(markdown.matchAll(/`([a-z]+\/[\w./-]+)`/g), ([, path]) => path!);
  return spans.filter((path) => topFolders.includes(path.split('/', 1)[0]!));
}
