import { later } from '../ui/later';
import { CommandAhead } from './commandAhead';
import type { PanelProps } from './commandMenuPanel';
import { closeCommandMenu, openCommandMenu, useAction, useMenuState } from './registry';

const load = async () => (await import('./commandMenuPanel')).CommandMenuPanel;
const Panel = later<PanelProps>(load, CommandAhead);

/** ⌘K opens it; an action with choices opens it at these. */
export function CommandMenu({ onTicketNumber }: Pick<PanelProps, 'onTicketNumber'>) {
  const isOpen = useMenuState() !== 'closed';
  const toggle = (open: boolean) => (open ? openCommandMenu() : closeCommandMenu());
  useAction('desk.commandMenu', { run: () => toggle(!isOpen) });
  return <Panel open={isOpen} onOpenChange={toggle} onTicketNumber={onTicketNumber} />;
}
