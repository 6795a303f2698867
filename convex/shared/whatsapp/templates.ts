/**
 * Approved templates: the only thing that reaches a customer who wrote more than 24 hours ago (docs/rules.md M7). Filled in,
 * shown as the customer will see them, and written as a send. Pure.
 */
import { type Infer, v } from 'convex/values';

export const vTemplate = v.object({
  name: v.string(),
  language: v.string(),
  category: v.string(),
  /** APPROVED, PENDING, REJECTED, PAUSED, DISABLED … as the provider says. */
  status: v.string(),
  header: v.optional(v.string()),
  body: v.string(),
  footer: v.optional(v.string()),
  buttons: v.array(v.object({ text: v.string(), url: v.optional(v.string()) })),
  /** Whether its blanks have names; else they are numbered. */
  isNamed: v.boolean(),
  /** Absent: it can be sent from here. */
  notHere: v.optional(v.string()),
});
export type Template = Infer<typeof vTemplate>;

/** A blank of a template: where it stands, and what it is called there. */
export interface Blank {
  key: string;
  where: 'header' | 'body' | 'button';
  name: string;
  /** Which button. */
  button?: number;
}

const marks = /\{\{\s*([A-Za-z0-9_]+)\s*\}\}/g;
const namesIn = (text = ''): string[] => [...new Set([...text.matchAll(marks)].map(([, name]) => name!))];

/** In the order in which they are filled in. */
export function blanksOf({ header, body, buttons }: Template): Blank[] {
  const ofText = (where: 'header' | 'body', text?: string) =>
    namesIn(text).map((name) => ({ key: `${where} ${name}`, where, name }));
  const ofButtons = buttons.flatMap(({ url }, button) =>
    namesIn(url).map((name) => ({ key: `button ${button} ${name}`, where: 'button' as const, name, button })),
  );
  return [...ofText('header', header), ...ofText('body', body), ...ofButtons];
}

/** Values by the keys of their blanks. */
export type Filled = Record<string, string>;

/** As the customer sees it: what stands in the thread. */
export function previewOf({ header, body, footer, buttons }: Template, filled: Filled): string {
  const fill = (where: string, text: string) =>
    text.replaceAll(marks, (mark, name: string) => filled[`${where} ${name}`]?.trim() || mark);
  return [
    header === undefined ? '' : `*${fill('header', header)}*`,
    fill('body', body),
    footer === undefined ? '' : `_${footer}_`,
    buttons.map(({ text }) => `[${text}]`).join(' '),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

/** No line breaks, no tabs, no more than four spaces in a row: a value with them is refused (Meta, error 132018). */
const asValue = (text: string): string => text.trim().replaceAll(/\s+/g, ' ');

/** The `template` of a send. */
export function templateBody(template: Template, filled: Filled): object {
  const blanks = blanksOf(template);
  const values = (where: Blank['where'], button?: number) =>
    blanks
      .filter((blank) => blank.where === where && blank.button === button)
      .map(({ key, name }) => ({
        type: 'text',
        ...(template.isNamed && where !== 'button' && { parameter_name: name }),
        text: asValue(filled[key] ?? ''),
      }));
  const components = [
    { type: 'header', parameters: values('header') },
    { type: 'body', parameters: values('body') },
    ...template.buttons.map((_, at) => ({
      type: 'button',
      sub_type: 'url',
      index: `${at}`,
      parameters: values('button', at),
    })),
  ].filter(({ parameters }) => parameters.length > 0);
  return {
    name: template.name,
    language: { code: template.language },
    ...(components.length > 0 && { components }),
  };
}

/** What is missing before it may leave; null: nothing. */
export function missingIn(template: Template, filled: Filled): string | null {
  if (template.status.toUpperCase() !== 'APPROVED') return 'This template is not approved.';
  if (template.notHere !== undefined) return template.notHere;
  const empty = blanksOf(template).find(({ key }) => asValue(filled[key] ?? '') === '');
  return empty === undefined ? null : `Fill in ${empty.name}.`;
}
