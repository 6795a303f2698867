import { later } from '../../ui/later';
import type { TemplateProps } from './templateDialog';

/** Its code comes when it is opened: few answers need one. */
export const TemplateDialog = later<TemplateProps>(
  async () => (await import('./templateDialog')).TemplateDialog,
);
