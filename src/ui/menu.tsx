import {
  cloneElement,
  type HTMLAttributes,
  type ReactElement,
  type RefAttributes,
  useRef,
  useState,
} from 'react';
import { later } from './later';
import type { MenuChoice, MenuPopupProps } from './menuPopup';

const Popup = later<MenuPopupProps>(async () => (await import('./menuPopup')).MenuPopup);

interface Props {
  trigger: ReactElement<HTMLAttributes<HTMLElement> & RefAttributes<HTMLElement>>;
  label: string;
  choices: MenuChoice[];
  align?: 'start' | 'end';
}

/** A button that opens a list of choices; `checked` marks the one in force. */
export function Menu({ trigger, label, choices, align = 'start' }: Props) {
  const anchor = useRef<HTMLElement>(null);
  const [open, setOpen] = useState(false);
  const button = cloneElement(trigger, {
    ref: anchor,
    'aria-haspopup': 'menu',
    'aria-expanded': open,
    onClick: () => setOpen(!open),
    onKeyDown: (event) => {
      if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
      event.preventDefault();
      setOpen(true);
    },
  });
  return (
    <>
      {button}
      <Popup
        open={open}
        onOpenChange={setOpen}
        anchor={anchor}
        label={label}
        choices={choices}
        align={align}
      />
    </>
  );
}
