/** The sections of the settings, in order. Apart from their pages: the address is checked before these are fetched. */
export const sections = {
  me: 'Me',
  team: 'Team and assignment',
  hours: 'Opening hours',
  targets: 'Targets',
  people: 'People',
  agents: 'Agents',
  articles: 'Articles',
  tags: 'Tags',
  fields: 'Customer fields',
  channels: 'Channels',
  outbox: 'Outbox',
  audit: 'Audit log',
};
export type Section = keyof typeof sections;
export const sectionNames = Object.keys(sections) as Section[];

export function isSection(name: string): name is Section {
  return name in sections;
}
