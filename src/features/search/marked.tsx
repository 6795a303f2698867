import { markedPieces } from '../../../convex/shared/search/marks';

/** A text of others with the words that were looked for marked in it. */
export function Marked({ text, words }: { text: string; words: readonly string[] }) {
  return (
    <bdi>
      {markedPieces(text, words).map((piece, index) =>
        piece.isMarked ? (
          <mark key={index} className="rounded-xs bg-accent-soft font-medium text-accent-text">
            {piece.text}
          </mark>
        ) : (
          piece.text
        ),
      )}
    </bdi>
  );
}
