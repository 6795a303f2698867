import { Confirm } from '../../ui/dialog';
import type { Opens } from '../../ui/later';

export interface ConfirmStealProps extends Opens {
  /** Of whom it is taken from. */
  name: string;
  title: string;
  confirm: string;
  onConfirm: () => void;
}

export function ConfirmSteal({ name, ...asked }: ConfirmStealProps) {
  return (
    <Confirm
      {...asked}
      description={`${name} is told. Their unsent text is kept for them.`}
      keep="Leave it"
    />
  );
}
