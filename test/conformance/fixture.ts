/** The modules of the fixture app, for the backend that runs them in this process and for the list of behaviours. */
import { defineSchema, type GenericSchema, type SchemaDefinition } from 'convex/server';

type Load = () => Promise<Record<string, unknown>>;

const ROOT = '../fixtures/apps/conformance/convex';
const found = import.meta.glob('../fixtures/apps/conformance/convex/*.ts') as Record<string, Load>;

const foundShelf = import.meta.glob('../fixtures/apps/conformance/convex/shelf/*.ts') as Record<string, Load>;
const foundDrawer = import.meta.glob('../fixtures/apps/conformance/convex/drawer/*.ts') as Record<
  string,
  Load
>;

/** `convex-test` finds the root of the app by its generated folder. */
export const modules: Record<string, Load> = { ...found, [`${ROOT}/_generated/api.js`]: async () => ({}) };

type Schema = SchemaDefinition<GenericSchema, boolean>;

export async function schema(): Promise<Schema> {
  return (await found[`${ROOT}/schema.ts`]!()).default as Schema;
}

export interface Component {
  path: string;
  schema: Schema;
  modules: Record<string, Load>;
}

/** Every instance of the app's components, for the backend that has to be told. */
export async function components(): Promise<Component[]> {
  const generated = async () => ({});
  const shelf = {
    schema: (await foundShelf[`${ROOT}/shelf/schema.ts`]!()).default as Schema,
    modules: { ...foundShelf, [`${ROOT}/shelf/_generated/api.js`]: generated },
  };
  const drawer = {
    schema: defineSchema({}, { schemaValidation: false }),
    modules: { ...foundDrawer, [`${ROOT}/drawer/_generated/api.js`]: generated },
  };
  return ['left', 'right'].flatMap((path) => [
    { path, ...shelf },
    { path: `${path}/drawer`, ...drawer },
  ]);
}

export interface Inside {
  area: string;
  title: string;
  gives: unknown;
}

/** The behaviours that a function of the app shows by itself. */
export async function insideBehaviours(): Promise<Inside[]> {
  const areas = Object.keys(found).filter(
    (path) => !/\/(?:schema|kit|auth\.config|convex\.config)\.ts$/.test(path),
  );
  const lists = await Promise.all(
    areas.map(async (path) => {
      const area = path.slice(ROOT.length + 1, -'.ts'.length);
      const { behaviours = {} } = (await found[path]!()) as {
        behaviours?: Record<string, { gives: unknown }>;
      };
      return Object.entries(behaviours).map(([title, { gives }]) => ({ area, title, gives }));
    }),
  );
  return lists.flat();
}
