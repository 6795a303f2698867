import { markedPieces } from '../../../convex/shared/whatsapp/markup';
import { OthersText } from '../../ui/othersText';

const looks = { '*': 'strong', _: 'em', '~': 's' } as const;

/** A text as WhatsApp shows it: its bold, italic and struck words. */
export function WhatsappText({ text }: { text: string }) {
  return markedPieces(text).map(({ text: part, mark }, index) => {
    if (mark === undefined) return <OthersText key={index} text={part} />;
    const Look = looks[mark];
    return (
      <Look key={index}>
        <WhatsappText text={part} />
      </Look>
    );
  });
}
