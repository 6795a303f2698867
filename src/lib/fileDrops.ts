/** Files that are let go over a page, of the desk or of the chat. */

interface Drops {
  /** Files are held over the page. */
  onOver: (isOver: boolean) => void;
  onDrop: (files: File[], folders: string[]) => void;
}

/** Files may be let go anywhere on the page: a browser would leave it for them. Returns how to end that. */
export function watchDrops({ onOver, onDrop }: Drops): () => void {
  let depth = 0;
  const move = (event: DragEvent, by: number) => {
    if (event.dataTransfer?.types.includes('Files') !== true) return;
    event.preventDefault();
    const before = depth;
    depth = event.type === 'drop' ? 0 : Math.max(0, depth + by);
    if ((before === 0) !== (depth === 0)) onOver(depth > 0);
    if (event.type === 'drop') onDrop(...droppedOf(event.dataTransfer));
  };
  const steps = { dragenter: 1, dragover: 0, dragleave: -1, drop: 0 } as const;
  const listeners = Object.entries(steps).map(
    ([type, by]) => [type, (event: Event) => move(event as DragEvent, by)] as const,
  );
  for (const [type, listener] of listeners) window.addEventListener(type, listener);
  return () => {
    for (const [type, listener] of listeners) window.removeEventListener(type, listener);
  };
}

/** A folder comes as a file that cannot be read. */
function droppedOf({ items, files }: DataTransfer): [files: File[], folders: string[]] {
  const folders = [...items].flatMap((item) => {
    const entry = item.webkitGetAsEntry();
    return entry?.isDirectory ? [entry.name] : [];
  });
  return [
    [...files].filter(
      ({ name, size, type }) => !(folders.includes(name) && type === '' && size % 4096 === 0),
    ),
    folders,
  ];
}
