import { Button } from './button';

/** Over a list that stands still under the hand: what has come meanwhile, shown when asked for. */
export function NewAbove({ count, onShow }: { count: number; onShow: () => void }) {
  if (count === 0) return null;
  return (
    <div className="absolute inset-x-0 top-2 z-10 flex justify-center">
      <Button tone="primary" onClick={onShow}>
        {count} new ↑
      </Button>
    </div>
  );
}
