import { Component, type ReactNode } from 'react';
import { Button } from './button';

/** Nothing here, and the next useful step. */
export function EmptyState({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="flex h-full w-full flex-col items-center justify-center gap-3 p-8 text-center">
      <p className="text-base font-medium text-ink">{title}</p>
      {children && <div className="max-w-96 text-sm text-ink-2">{children}</div>}
    </div>
  );
}

/** A grey bar of the final size; shown only after 200 ms so that fast answers never flash. */
export function Skeleton({ className = '' }: { className?: string }) {
  return <div aria-hidden className={`skeleton rounded-md bg-surface-2 ${className}`} />;
}

/** `what`: what did not load, as in "This conversation". */
export function Failed({ what = 'This page', reset }: { what?: string; reset: () => void }) {
  return (
    <EmptyState title={`${what} didn't load.`}>
      <Button onClick={reset}>Retry</Button>
    </EmptyState>
  );
}

interface PaneProps {
  /** What did not load, as in "This conversation". */
  what: string;
  /** A change of this value tries again. */
  resetKey?: string;
  children: ReactNode;
}

/** Keeps a failure inside one pane: says what failed and offers to try again. */
export class ErrorPane extends Component<PaneProps, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override componentDidUpdate(previous: PaneProps) {
    if (this.state.failed && previous.resetKey !== this.props.resetKey) this.setState({ failed: false });
  }

  override render() {
    if (!this.state.failed) return this.props.children;
    return <Failed what={this.props.what} reset={() => this.setState({ failed: false })} />;
  }
}
