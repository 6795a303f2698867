/** The business's templates: listed, and filled in by a send. */
import type { TemplateOptions } from './options.ts';
import { refuse } from './refusals.ts';

type Body = Record<string, unknown>;
interface Component {
  type: string;
  text?: string;
  format?: string;
}

const marks = /\{\{\s*([A-Za-z0-9_]+)\s*\}\}/g;
const countIn = (text = ''): number => new Set([...text.matchAll(marks)].map(([, name]) => name)).size;

export class Templates {
  readonly #templates: (TemplateOptions & { id: string })[];

  constructor(templates: TemplateOptions[]) {
    this.#templates = templates.map((template, at) => ({ ...template, id: `${800_000_000_000_000 + at}` }));
  }

  setStatus(name: string, status: NonNullable<TemplateOptions['status']>): { id: string; language: string } {
    const template = this.#templates.find((each) => each.name === name);
    if (template === undefined) throw new Error(`There is no template ${name}.`);
    template.status = status;
    return template;
  }

  /** A page of what `GET /<account>/message_templates` answers. */
  list(after: string | null, limit: number): object {
    const from = after === null ? 0 : Number(Buffer.from(after, 'base64url').toString());
    const page = this.#templates.slice(from, from + limit);
    const next = from + page.length;
    const cursors = { before: cursor(from), after: cursor(next) };
    return {
      data: page.map(({ status = 'APPROVED', category = 'UTILITY', ...template }) => ({
        ...template,
        status,
        category,
      })),
      paging: { cursors, ...(next < this.#templates.length && { next: `after ${cursors.after}` }) },
    };
  }

  /** As the person sees it. */
  fill(given: Body): string {
    const {
      name,
      language,
      components = [],
    } = given as {
      name?: string;
      language?: { code?: string };
      components?: { type: string; parameters?: { text?: string; parameter_name?: string }[] }[];
    };
    const template = this.#templates.find((each) => each.name === name && each.language === language?.code);
    const { status = 'APPROVED' } = template ?? {};
    if (template !== undefined && status === 'PAUSED') refuse('pausedTemplate');
    if (template === undefined || status !== 'APPROVED')
      return refuse('noTemplate', { name: name ?? '', language: language?.code ?? '' });
    const parts = template.components as Component[];
    return parts
      .filter(({ type }) => type !== 'BUTTONS')
      .map((part) => {
        const where = part.type.toLowerCase();
        const values = components.find(({ type }) => type === where)?.parameters ?? [];
        const [count, expected] = [values.length, countIn(part.text)];
        if (count !== expected) refuse('wrongParameters', { where, given: count, expected });
        return (part.text ?? '').replace(marks, (_, mark: string) => {
          const named = values.find(({ parameter_name: called }) => called === mark);
          return (named ?? values[Number(mark) - 1])?.text ?? '';
        });
      })
      .join('\n\n');
  }
}

const cursor = (at: number): string => Buffer.from(`${at}`).toString('base64url');
