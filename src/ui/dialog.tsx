import type { ConfirmProps, DialogProps } from './dialogPanels';
import { later } from './later';

const load = () => import('./dialogPanels');

/** A titled panel over the page. Focus goes in and comes back; Esc closes. */
export const Dialog = later<DialogProps>(async () => (await load()).DialogPanel);

/** A question that must be answered before an act that others would feel. The safe answer has the focus. */
export const Confirm = later<ConfirmProps>(async () => (await load()).ConfirmPanel);
