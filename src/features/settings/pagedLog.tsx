import type { ReactNode } from 'react';
import { Button } from '../../ui/button';

const perPage = 20;

interface Props {
  label: string;
  page: { status: string; loadMore: (count: number) => void };
  isEmpty: boolean;
  /** What is said where there is nothing. */
  empty: string;
  isBusy?: boolean;
  className?: string;
  /** Its rows, newest first. */
  children: ReactNode;
}

/** What has happened, a page at a time, below what it happened to. */
export function PagedLog({
  label,
  page,
  isEmpty,
  empty,
  isBusy = false,
  className = 'mt-2',
  children,
}: Props) {
  const { status, loadMore } = page;
  return (
    <section
      aria-label={label}
      aria-busy={status === 'LoadingFirstPage' || isBusy}
      className={`rounded-lg bg-surface-2 p-3 ${className}`}
    >
      {status === 'Exhausted' && isEmpty && <p className="text-ink-2">{empty}</p>}
      <ol>{children}</ol>
      {status === 'CanLoadMore' && (
        <Button className="mt-2" onClick={() => loadMore(perPage)}>
          Earlier
        </Button>
      )}
    </section>
  );
}
