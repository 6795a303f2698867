import { Link } from '@tanstack/react-router';
import { createContext, type ReactNode, use } from 'react';
import type { BoardList } from '../../convex/board';
import { isSameList } from './search';

/** The list that is open beside the numbers; on a wall nothing can be opened. */
export const OpenListContext = createContext<{ open: BoardList; isWall: boolean } | null>(null);

interface Props {
  list: BoardList;
  /** For who cannot see where it stands: "12 waiting". */
  label: string;
  className?: string;
  children: ReactNode;
}

/** [B1] A number, which opens the tickets that it counts. */
export function NumberLink({ list, label, className = '', children }: Props) {
  const { open, isWall } = use(OpenListContext)!;
  if (isWall) return <span className={className}>{children}</span>;
  return (
    <Link
      to="/board"
      search={list}
      aria-label={label}
      aria-current={isSameList(open, list) ? 'page' : undefined}
      className={`rounded-md hover:bg-hover lg:aria-[current=page]:bg-selected lg:aria-[current=page]:text-accent-text ${className}`}
    >
      {children}
    </Link>
  );
}
