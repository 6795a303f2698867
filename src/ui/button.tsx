import { cva, type VariantProps } from 'class-variance-authority';
import type { ComponentProps, ReactNode } from 'react';
import { Kbd } from './kbd';

const button = cva(
  'inline-flex shrink-0 items-center justify-center gap-1.5 rounded-md font-medium whitespace-nowrap transition-colors duration-80 select-none disabled:cursor-default disabled:opacity-55 pointer-coarse:min-h-11',
  {
    variants: {
      tone: {
        primary: 'border border-transparent bg-accent text-accent-ink enabled:hover:bg-accent/90',
        plain: 'border border-line bg-surface text-ink enabled:hover:bg-hover',
        quiet: 'border border-transparent text-ink-2 enabled:hover:bg-hover enabled:hover:text-ink',
        danger: 'border border-line bg-surface text-bad enabled:hover:bg-bad-soft',
      },
      size: { small: 'h-7 px-2.5 text-sm', medium: 'h-8 px-3 text-sm', large: 'h-10 px-4 text-base' },
    },
    defaultVariants: { tone: 'plain', size: 'small' },
  },
);

type Props = ComponentProps<'button'> & VariantProps<typeof button> & { keys?: string; icon?: ReactNode };

/** `keys` shows the shortcut that does the same, in the words of the registry ("E", "$mod+Enter"). */
export function Button({ tone, size, keys, icon, className, children, type = 'button', ...rest }: Props) {
  return (
    <button type={type} className={button({ tone, size, className })} {...rest}>
      {icon}
      {children}
      {keys && <Kbd keys={keys} tone={tone === 'primary' ? 'onAccent' : 'plain'} />}
    </button>
  );
}

/** Looks like a plain button and opens another page beside this one. */
export function LinkButton({ href, children }: { href: string; children: ReactNode }) {
  return (
    <a href={href} target="_blank" rel="noreferrer" className={button({})}>
      {children}
    </a>
  );
}

type IconProps = ComponentProps<'button'> & { label: string; pressed?: boolean };

/** A 28 px button that is only an icon; `label` is its name for everyone who cannot see it. */
export function IconButton({ label, pressed, className = '', type = 'button', ...rest }: IconProps) {
  return (
    <button
      type={type}
      aria-label={label}
      aria-pressed={pressed}
      className={`inline-flex size-7 shrink-0 items-center justify-center rounded-md text-ink-2 transition-colors duration-80 hover:bg-hover hover:text-ink disabled:opacity-55 aria-pressed:bg-selected aria-pressed:text-accent-text pointer-coarse:size-11 ${className}`}
      {...rest}
    />
  );
}
