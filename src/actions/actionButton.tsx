import type { ComponentProps } from 'react';
import { Button } from '../ui/button';
import type { ActionId } from './catalogue';
import { useShownKeys } from './preferences';
import { runAction } from './registry';

type Props = Omit<ComponentProps<typeof Button>, 'keys'> & { action: ActionId };

/** Does what the action's keys do, and shows them. `onClick` is for what lies around it, as a tooltip. */
export function ActionButton({ action, onClick, ...rest }: Props) {
  return (
    <Button
      {...rest}
      keys={useShownKeys(action)}
      onClick={(event) => {
        onClick?.(event);
        runAction(action);
      }}
    />
  );
}
