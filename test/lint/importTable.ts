/**
 * Who may import whom, as data: importRule.ts reads it for the linter, `node scripts/rooms.ts` shows what is drawn.
 *
 * A module is named by its path from the root, without its ending: `convex/model/kit/errors`. The innermost folder of
 * the table that it stands in decides: it may import what stands in the same folder, and what `may` names. A room may
 * import what its whole folder may, and the rooms it names. Test, bench and scripts are not in the table: they may
 * import anything, and so may tests and what only tests use, wherever they stand.
 */
interface Folder {
  /** `*` is any one name. */
  folder: string;
  may: string[];
  why: string;
}

export const folders: Folder[] = [
  {
    folder: 'convex',
    may: [],
    why: 'convex/ is an ordinary Convex app: it knows nothing of the app or the engine.',
  },
  { folder: 'convex/shared', may: [], why: 'convex/shared is pure: it imports only itself.' },
  { folder: 'convex/tables', may: ['convex/shared'], why: 'Tables know the shared validators only.' },
  {
    folder: 'convex/model',
    may: ['convex/shared', 'convex/tables', 'convex/_generated'],
    why: 'convex/model imports its rooms, shared, tables, types and `internal`, never an API module.',
  },
  { folder: 'src', may: [], why: 'The engine and the app meet on the wire only.' },
  {
    folder: 'src/routes',
    may: ['src/features', 'src/convex', 'src/ui', 'src/lib'],
    why: 'Routes are thin: path, search schema, guard, one feature component.',
  },
  {
    folder: 'src/features/*',
    may: ['src/actions', 'src/convex', 'src/ui', 'src/lib', 'convex/shared', 'convex/_generated/dataModel'],
    why: 'Features never import each other, and call functions through src/convex.',
  },
  { folder: 'src/actions', may: ['src/ui', 'src/lib'], why: 'Actions know nothing of features.' },
  {
    folder: 'src/ui',
    may: ['src/lib', 'convex/shared'],
    why: 'src/ui imports itself, src/lib and convex/shared.',
  },
  { folder: 'src/lib', may: ['convex/shared'], why: 'src/lib imports itself and convex/shared.' },
  {
    folder: 'src/convex',
    may: ['src/lib', 'convex/shared', 'convex/_generated'],
    why: 'src/convex imports the api, its types and src/lib.',
  },
  {
    folder: 'src/widget',
    may: ['convex/shared', 'convex/_generated', 'src/lib/upload', 'src/lib/postFile', 'src/lib/fileDrops'],
    why: 'The widget is its own small app; a file goes into storage as from the desk.',
  },
  { folder: 'src/demo', may: [], why: 'The demo shop is an ordinary page around the snippet.' },
  { folder: 'engine', may: [], why: 'The engine knows nothing of help desks.' },
  { folder: 'providers', may: [], why: 'A provider knows nothing of who uses it.' },
  { folder: 'client', may: [], why: 'The client is a package of its own, which imports nothing of ours.' },
];

/** Each room, lowest first, with those it may import. Downwards, no circle. */
export const rooms: Record<string, Record<string, string[]>> = {
  'convex/shared': {
    kit: [],
    people: [],
    control: [],
    conversation: ['kit'],
    customer: ['kit'],
    mail: ['kit'],
    delivery: ['kit', 'mail'],
    whatsapp: ['kit'],
    tickets: ['kit', 'conversation'],
    routing: ['kit', 'people', 'tickets'],
    needs: ['kit', 'conversation', 'tickets'],
    agents: ['kit', 'customer', 'tickets'],
    setup: ['agents'],
    webhooks: [],
    measures: ['kit', 'conversation', 'tickets'],
    search: ['kit', 'conversation', 'agents'],
  },
  'convex/model': {
    kit: [],
    conversation: ['kit'],
    search: ['conversation'],
    mail: ['kit', 'conversation'],
    tickets: ['kit', 'conversation'],
    measures: ['kit', 'conversation'],
    live: ['kit', 'conversation'],
    routing: ['kit', 'conversation', 'tickets'],
    control: ['kit', 'conversation', 'tickets', 'routing'],
    customer: ['kit', 'conversation', 'search', 'mail', 'tickets', 'measures', 'routing'],
    delivery: ['kit', 'conversation', 'mail', 'tickets', 'control', 'customer'],
    needs: ['kit', 'conversation', 'delivery'],
    people: ['kit', 'conversation', 'tickets', 'routing', 'control', 'needs'],
    agents: ['kit', 'conversation', 'tickets', 'routing', 'control', 'customer', 'measures'],
    setup: ['kit', 'people', 'agents'],
    webhooks: ['kit', 'conversation', 'delivery', 'agents'],
  },
  engine: layers(
    [
      'values',
      'turns',
      'auth',
      'logs',
      'storage',
      'query',
      'transaction',
      'env',
      'vectors',
      'functions',
      'scheduler',
    ],
    ['subscriptions', 'sync', 'push', 'http', 'files', 'snapshot', 'system', 'operations', 'server', 'cli'],
  ),
  'engine/functions': layers(['code', 'calls', 'realm', 'time', 'actions', 'analysis', 'run']),
};

/** What is kept to some of the folders above; the first that fits decides. A package is named `npm:…`. */
export interface Reserved {
  modules: string[];
  /** Only these exports. */
  names?: string[];
  only?: string[];
  never?: string[];
  why: string;
}

export const reserved: Reserved[] = [
  {
    modules: ['convex/_generated/server'],
    names: ['query', 'mutation', 'action', 'internalQuery', 'internalMutation', 'internalAction'],
    only: ['convex/functions'],
    why: 'Raw builders only in convex/functions.ts: permission comes first.',
  },
  {
    modules: ['convex/_generated/api'],
    names: ['api'],
    only: ['src/convex', 'src/widget'],
    why: 'Only src/convex and src/widget call public functions.',
  },
  {
    modules: ['npm:convex/values'],
    only: ['convex', 'src/convex', 'src/widget', 'src/lib'],
    why: 'Only src/lib reads what an error of the deployment carries.',
  },
  {
    modules: ['npm:convex', 'npm:convex-helpers', 'npm:@convex-dev'],
    only: ['convex', 'src/convex', 'src/widget'],
    why: 'Only src/convex and src/widget talk to the deployment.',
  },
  {
    modules: ['npm:react', 'npm:react-dom', 'npm:@base-ui'],
    never: ['src/widget'],
    why: 'The widget is Preact, and small.',
  },
];

function layers(...order: string[][]): Record<string, string[]> {
  return Object.fromEntries(order.flat().map((layer, at, all) => [layer, all.slice(0, at)]));
}
