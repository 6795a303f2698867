/**
 * Does the customer ask for a person? (docs/rules.md H1: such a customer always gets a ticket.) Pure.
 *
 * Read by words, not by a list of sentences: a word of contact ("speak", "sprechen", "hablar") near a word for a
 * person, in one sentence and not denied; or a short message that is little else than a word for a person
 * ("human please"). When in doubt it says yes: a needless ticket costs less than a customer who cannot get through.
 */
import { firstUnits } from '../../kit/text';
import { fold, sentencesOf, wordsOf } from './words';

interface Language {
  /** Verbs of speaking: enough with any word for a person. */
  speak: string;
  /** Verbs of wanting: enough with a word that can only mean a person. */
  want: string;
  /** Words that can only mean a person who answers. */
  person: string;
  /** Words that mean one only beside a verb of speaking. */
  anybody: string;
  deny: string;
  /** The verb may stand after the person. */
  verbLast?: boolean;
}

const languages: Language[] = [
  {
    speak: 'speak speaking talk talking chat chatting contact reach escalate transfer connect forward',
    want: 'want need get give prefer require request demand put pass fetch find bring',
    person:
      'human humans person representative representatives rep reps operator operators manager supervisor adviser ' +
      'advisor employee colleague staff agent agents',
    anybody: 'someone somebody anyone anybody people support service team guy boss specialist expert',
    deny: 'dont not never no without instead',
  },
  {
    speak: 'sprechen reden telefonieren chatten verbinden weiterleiten kontaktieren',
    want: 'mochte will brauche brauch geben holen wunsche verlange',
    person:
      'mensch menschen mitarbeiter mitarbeiterin mitarbeitern sachbearbeiter berater beraterin kollegen vorgesetzten ' +
      'ansprechpartner kundenberater person',
    anybody: 'jemand jemanden jemandem kundenservice kundendienst support chef',
    deny: 'nicht kein keinen keine nie ohne',
    verbLast: true,
  },
  {
    speak: 'parler discuter echanger contacter joindre transferer',
    want: 'veux voudrais souhaite besoin passez passer donnez',
    person:
      'humain humaine personne conseiller conseillere operateur operatrice responsable representant employe',
    anybody: 'quelquun service support equipe',
    deny: 'pas ne jamais sans',
  },
  {
    speak: 'hablar conversar contactar comunicarme comunicar transferir chatear',
    want: 'quiero quisiera necesito pasame paseme deme prefiero',
    person: 'humano humana persona agente operador operadora representante asesor asesora encargado gerente',
    anybody: 'alguien soporte equipo',
    deny: 'no nunca sin',
  },
  {
    speak: 'parlare contattare conversare chattare trasferire',
    want: 'voglio vorrei bisogno passami datemi',
    person: 'umano umana persona operatore operatrice responsabile addetto consulente',
    anybody: 'qualcuno assistenza servizio',
    deny: 'non mai senza',
  },
  {
    speak: 'falar conversar contatar contactar transferir',
    want: 'quero queria preciso gostaria',
    person: 'humano humana pessoa atendente operador representante gerente funcionario',
    anybody: 'alguem suporte equipe equipa',
    deny: 'nao nunca sem',
  },
  {
    speak: 'spreken praten chatten bellen doorverbinden',
    want: 'wil graag nodig',
    person: 'mens medewerker persoon collega adviseur manager vertegenwoordiger',
    anybody: 'iemand klantenservice',
    deny: 'niet geen nooit zonder',
    verbLast: true,
  },
  {
    speak: 'rozmawiac porozmawiac pogadac polaczyc polaczcie kontakt skontaktowac',
    want: 'chce chcialbym chcialabym potrzebuje prosze poprosze',
    person:
      'czlowiekiem czlowiek czlowieka konsultantem konsultanta konsultant osoba pracownikiem kierownikiem',
    anybody: 'kims',
    deny: 'nie nigdy bez',
  },
  {
    speak: 'prata tala snakke tale snakka chatta',
    want: 'vill vil trenger behover',
    person: 'manniska menneske person medarbetare medarbejder medarbeider handlaggare',
    anybody: 'nagon noen nogen kundtjanst',
    deny: 'inte ikke aldrig utan uden',
  },
  {
    speak:
      'поговорить говорить соединить соедините переключите связаться связать поговорити звязатися зеднаите',
    want: 'хочу нужен нужна позовите дайте потрібен',
    person:
      'человеком человек человека оператором оператор оператора сотрудником менеджером людиною живым живои',
    anybody: 'кем кемто кимось поддержкои',
    deny: 'не без нет',
  },
  {
    speak: 'gorusmek konusmak baglanmak baglayin gorusebilir konusabilir',
    want: 'istiyorum lazim',
    person: 'insan insanla temsilci temsilciyle temsilcisi yetkili yetkiliyle kisiyle operator',
    anybody: 'biriyle birisiyle',
    deny: 'degil istemiyorum',
    verbLast: true,
  },
];

/** Languages written without spaces, or with joined articles: matched inside the text. */
const phrases =
  /人工客服|真人|轉人工|转人工|人と話|担当者|オペレーター|人間と話|有人対応|상담원|상담사|사람과\s?(통화|대화|얘기)|التحدث (?:مع|الى|إلى) (?:شخص|موظف|انسان)|موظف خدمة العملاء|इंसान से बात|व्यक्ति से बात/u;

const realHuman =
  /\b(?:real|live|actual|living|human) (?:human|person|people|being|agent|rep|representative|operator|support|help)\b/;
const callMe =
  /\b(?:someone|somebody|anyone|anybody|a person|a human)\b.{0,30}\b(?:call|phone|ring|contact|email|write)\b.{0,12}\b(?:me|us|back)\b/;
const personToTalkTo =
  /\b(?:human|person|someone|somebody|anyone|anybody)\b.{0,20}\b(?:talk|speak|chat) (?:to|with)[\s?!.]*$/;
const putThrough =
  /\b(?:put|pass|hand|send|get) (?:me|us) (?:through|over|on) to\b|\b(?:someone|somebody) (?:real|human)\b/;
/** Asks what it is talking to, not for somebody else. */
const areYou = /\b(?:are|r) (?:you|u)\b|\bam i (?:talking|speaking|chatting)\b|\bis this\b/;

const lexicon = languages.map((language) => ({
  speak: new Set(language.speak.split(' ')),
  want: new Set(language.want.split(' ')),
  person: new Set(language.person.split(' ')),
  anybody: new Set(language.anybody.split(' ')),
  deny: new Set(language.deny.split(' ')),
  verbLast: language.verbLast === true,
}));

const counting = /^(?:\d+|two|three|four|five|six|zwei|drei|vier|deux|trois|quatre|dos|tres|cuatro)$/;
const politeness = new Set(
  'please pls now bitte a an the real live to yes ja si oui por favor sil vous plait einen ein un una per favore'.split(
    ' ',
  ),
);
/** Code units; who asks for a person says so early. */
const mostJudged = 4_000;
const speakDistance = 6;
const wantDistance = 3;

function asksIn(words: string[], { speak, want, person, anybody, deny, verbLast }: (typeof lexicon)[number]) {
  const isPerson = (at: number) => person.has(words[at] ?? '') && !counting.test(words[at - 1] ?? '');
  const denied = (at: number) => words.slice(Math.max(0, at - 3), at).some((word) => deny.has(word));
  return words.some((word, at) => {
    const reach = speak.has(word) ? speakDistance : want.has(word) ? wantDistance : 0;
    if (reach === 0 || denied(at)) return false;
    const from = verbLast ? Math.max(0, at - reach) : at + 1;
    for (let other = from; other <= Math.min(words.length - 1, at + reach); other++) {
      if (other === at) continue;
      const named = isPerson(other) || (reach === speakDistance && anybody.has(words[other] ?? ''));
      if (
        named &&
        !words.slice(Math.min(at, other), Math.max(at, other)).some((between) => deny.has(between))
      ) {
        return true;
      }
    }
    return false;
  });
}

function asksInSentence(sentence: string): boolean {
  const folded = fold(sentence);
  if (phrases.test(sentence)) return true;
  const words = wordsOf(sentence);
  const bare = words.filter((word) => !politeness.has(word));
  if (bare.length === 1 && lexicon.some(({ person }) => person.has(bare[0] ?? ''))) return true;
  if (bare.length === 2 && bare[0] === 'customer' && ['service', 'support'].includes(bare[1] ?? ''))
    return true;
  if (areYou.test(folded)) return false;
  const denied =
    /\b(?:dont|do not|no|not|never|without) (?:\w+ ){0,4}(?:human|person|people|agent|someone|somebody)\b/;
  if (
    !denied.test(folded) &&
    (realHuman.test(folded) || callMe.test(folded) || putThrough.test(folded) || personToTalkTo.test(folded))
  )
    return true;
  return lexicon.some((language) => asksIn(words, language));
}

/** [H1] True when any sentence of the text asks to be served by a person. */
export function asksForPerson(text: string): boolean {
  return sentencesOf(firstUnits(text, mostJudged)).some(asksInSentence);
}
