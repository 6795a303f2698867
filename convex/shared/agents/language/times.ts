/**
 * How languages besides English and German tell times, as data for otherTimes.ts. Pure.
 *
 * Every text is a pattern, written as people write and folded when it is read; what is listed before and after stands around a
 * span such as "3 weeks".
 */
export interface Times {
  /** No spaces between words. */
  unspaced?: true;
  /** `word:value`. */
  numbers: string;
  units: { day: string; week: string; month: string; year: string };
  /** Before the number: more than so long. */
  more: string;
  /** Before the number: says nothing of it. */
  roughly: string;
  /** What makes of a span one that has gone by. */
  goneBefore: string;
  goneAfter: string;
  /** After it: it is over, which is a day more. */
  overAfter: string;
  /** What makes of a span a limit; the words after it may go on. */
  limitBefore: string;
  limitAfter: string;
  /** Times without a number, in days. */
  said: Record<number, string>;
  /** January first; none where dates are written 1月15日. */
  months: string;
  /** Words by which a date without a year is one of the past. */
  bought: string;
}

const chineseNumbers = '一:1 二:2 三:3 四:4 五:5 六:6 七:7 八:8 九:9 十:10';

export const french: Times = {
  numbers: 'un:1 une:1 deux:2 trois:3 quatre:4 cinq:5 six:6 sept:7 huit:8 neuf:9 dix:10 douze:12 quinze:15 vingt:20 trente:30 soixante:60',
  units: { day: 'jours?', week: 'semaines?', month: 'mois', year: 'ans?|années?' },
  more: 'plus de|plus d',
  roughly: 'environ|presque|bien|déjà|au moins|à peu près',
  goneBefore: 'il y a|ya|ça fait|cela fait|voilà|depuis',
  goneAfter: 'plus tôt',
  overAfter: 'sont (?:passés|écoulés|dépassés)|(?:se )?sont écoulés',
  limitBefore: 'dans les|dans un délai de|sous|pendant|jusquà|délai de',
  limitAfter: 'pour (?:retourn|renvoy|échang|chang)|de (?:garantie|retour|rétractation)|(?:après|suivant|à compter)',
  said: {
    1: '(?<=j(?:e|ai)\\b.{0,30} )hier|hier(?=,? j(?:e|ai)\\b)',
    2: 'avant[ -]?hier',
    7: 'la semaine (?:dernière|passée)|semaine dernière',
    30: 'mois dernier|mois passé',
    365: 'lan dernier|année dernière',
  },
  months: 'janvier|janv février|févr mars avril mai juin juillet|juil août septembre|sept octobre|oct novembre|nov décembre|déc',
  bought: 'achetée?s?|commandée?s?|reçue?s?|livrée?s?|arrivée?s?',
}; // prettier-ignore

export const spanish: Times = {
  numbers: 'un:1 una:1 dos:2 tres:3 cuatro:4 cinco:5 seis:6 siete:7 ocho:8 nueve:9 diez:10 doce:12 quince:15 veinte:20 treinta:30 sesenta:60',
  units: { day: 'días?', week: 'semanas?', month: 'mes(?:es)?', year: 'años?' },
  more: 'más de',
  roughly: 'unos|unas|casi|aproximadamente|como|ya',
  goneBefore: 'hace|hace ya|llevo|llevamos|han pasado|pasaron|desde hace',
  goneAfter: 'atrás',
  overAfter: 'han pasado|pasaron|ya pasaron',
  limitBefore: 'dentro de|dentro de los|dentro de los primeros|en un plazo de|plazo de|hasta|en los primeros',
  limitAfter: 'para (?:devol|cambi|desist)|de (?:garantía|devolución|plazo)|(?:siguientes|desde|a partir)',
  said: {
    1: 'ayer',
    2: 'anteayer|antier',
    7: 'semana pasada',
    30: 'mes pasado',
    365: 'año pasado',
  },
  months: 'enero febrero marzo abril mayo junio julio agosto septiembre|setiembre octubre noviembre diciembre',
  bought: 'compré|compramos|comprad[oa]s?|pedí|encargué|recibí|recibid[oa]s?|llegó|llegaron',
}; // prettier-ignore

export const italian: Times = {
  numbers: 'un:1 una:1 due:2 tre:3 quattro:4 cinque:5 sei:6 sette:7 otto:8 nove:9 dieci:10 dodici:12 quindici:15 venti:20 trenta:30 sessanta:60',
  units: { day: 'giorn[oi]', week: 'settiman[ae]', month: 'mes[ei]', year: 'ann[oi]' },
  more: 'più di|oltre',
  roughly: 'circa|quasi|già',
  goneBefore: 'da|sono passati|sono passate',
  goneAfter: 'fa',
  overAfter: 'sono (?:passat|trascors|scadut)[ie]',
  limitBefore: 'entro|entro i|entro i primi|fino a',
  limitAfter: 'per (?:resti|rend|cambi|rec)|di (?:garanzia|tempo|prova)|dalla',
  said: {
    1: 'ieri',
    2: 'laltro ieri|ieri laltro',
    7: 'settimana (?:scorsa|passata)|scorsa settimana',
    30: 'mese scorso|scorso mese',
    365: 'anno scorso|scorso anno',
  },
  months: 'gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre',
  bought: 'comprat[oaie]|acquistat[oaie]|ordinat[oaie]|ricevut[oaie]|arrivat[oaie]|consegnat[oaie]',
}; // prettier-ignore

export const portuguese: Times = {
  numbers: 'um:1 uma:1 dois:2 duas:2 três:3 quatro:4 cinco:5 seis:6 sete:7 oito:8 nove:9 dez:10 doze:12 quinze:15 vinte:20 trinta:30 sessenta:60',
  units: { day: 'dias?', week: 'semanas?', month: 'mês|meses', year: 'anos?' },
  more: 'mais de',
  roughly: 'cerca de|quase|uns|umas|já',
  goneBefore: 'há|faz|fazem|já passaram|passaram',
  goneAfter: 'atrás',
  overAfter: '(?:já )?(?:se )?passaram',
  limitBefore: 'até|dentro de|em até|no prazo de|prazo de',
  limitAfter: 'para (?:devol|troc)|de (?:garantia|prazo)|(?:após|a partir|a contar)',
  said: {
    1: 'ontem',
    2: 'anteontem',
    7: 'semana passada',
    30: 'mês passado',
    365: 'ano passado',
  },
  months: 'janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro',
  bought: 'comprei|compramos|comprad[oa]s?|encomendei|pedi|recebi|recebid[oa]s?|chegou|chegaram',
}; // prettier-ignore

export const dutch: Times = {
  numbers: 'een:1 twee:2 drie:3 vier:4 vijf:5 zes:6 zeven:7 acht:8 negen:9 tien:10 twaalf:12 veertien:14 twintig:20 dertig:30 zestig:60',
  units: { day: 'dag(?:en)?', week: 'weken|week', month: 'maand(?:en)?', year: 'jaar|jaren' },
  more: 'meer dan|langer dan|ruim',
  roughly: 'ongeveer|bijna|zon',
  goneBefore: 'al|sinds|reeds',
  goneAfter: 'geleden',
  overAfter: 'zijn (?:voorbij|verstreken|om)',
  limitBefore: 'binnen|binnen de|tot|gedurende',
  limitAfter: 'de tijd|bedenktijd|garantie|na (?:ontvangst|aankoop)|om (?:te )?(?:ret|rui)',
  said: {
    1: 'gisteren',
    2: 'eergisteren',
    7: '(?:vorige|afgelopen) week',
    30: '(?:vorige|afgelopen) maand',
    365: '(?:vorig|afgelopen) jaar',
  },
  months: 'januari februari maart april mei juni juli augustus september oktober november december',
  bought: 'gekocht|besteld|ontvangen|gekregen|geleverd',
}; // prettier-ignore

/** Swedish, Danish and Norwegian. */
export const scandinavian: Times = {
  numbers: 'en:1 ett:1 et:1 två:2 to:2 tre:3 fyra:4 fire:4 fem:5 sex:6 seks:6 sju:7 syv:7 åtta:8 otte:8 åtte:8 nio:9 ni:9 tio:10 ti:10 fjorton:14 fjorten:14 tjugo:20 tyve:20 trettio:30 tredive:30',
  units: { day: 'dagar|dage|dager|dag', week: 'veckor|vecka|uger|uge|uker|uke', month: 'månader|månad|måneder|måned', year: 'år' },
  more: 'mer än|mere end|mer enn|över|over',
  roughly: 'ungefär|nästan|cirka|ca|omkring|nesten',
  goneBefore: 'väntat i|väntat|ventet i|ventet|i över',
  goneAfter: 'sedan|siden',
  overAfter: 'har gått|er gået|är över|er over',
  limitBefore: 'inom|indenfor|inden for|innen|upp till|op til|opptil',
  limitAfter: 'öppet köp|garanti|ångerrätt|fortrydelsesret|retur',
  said: {
    1: 'i ?går',
    2: 'i förrgår|i forgårs',
    7: 'förra veckan|sidste uge|forrige uge|forrige uke|sist uke',
    30: 'förra månaden|sidste måned|forrige måned',
    365: 'förra året|sidste år|i fjor|i fjol',
  },
  months: 'januari|januar februari|februar mars|marts april maj|mai juni juli augusti|august september oktober november december|desember',
  bought: 'köpte|köptes|köpt|köpta|købte|købt|kjøpte|kjøpt|beställde|beställt|bestilte|bestilt|fick|modtog|mottok',
}; // prettier-ignore

export const polish: Times = {
  numbers: 'jeden:1 jedną:1 dwa:2 dwie:2 trzy:3 cztery:4 pięć:5 sześć:6 siedem:7 osiem:8 dziewięć:9 dziesięć:10 czternaście:14 trzydzieści:30',
  units: { day: 'dni|dzień|dniach', week: 'tydzień|tygodnie|tygodni|tygodniach', month: 'miesiąc|miesiące|miesięcy', year: 'rok|lata|lat' },
  more: 'ponad|więcej niż',
  roughly: 'około|prawie|już',
  goneBefore: 'czekam|czekam od|czekam już|od|minęło|już',
  goneAfter: 'temu',
  overAfter: 'minęło|upłynęło',
  limitBefore: 'w ciągu|do|w terminie|przez',
  limitAfter: 'na (?:zwrot|odst|wymian)|gwarancji|od (?:zakupu|otrzymania|dostawy)',
  said: {
    1: 'wczoraj',
    2: 'przedwczoraj',
    7: 'zeszłym tygodniu|ubiegłym tygodniu|tydzień temu',
    30: 'zeszłym miesiącu|ubiegłym miesiącu|miesiąc temu',
    365: 'zeszłym roku|rok temu',
  },
  months: 'stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia',
  bought: 'kupiłem|kupiłam|kupione|zamówiłem|zamówiłam|zamówione|otrzymałem|otrzymałam|dostałem|dostałam',
}; // prettier-ignore

export const russian: Times = {
  numbers: 'один:1 одну:1 два:2 две:2 три:3 четыре:4 пять:5 шесть:6 семь:7 восемь:8 девять:9 десять:10 четырнадцать:14 тридцать:30',
  units: { day: 'дней|дня|день', week: 'недель|недели|неделю', month: 'месяцев|месяца|месяц', year: 'года|год|лет' },
  more: 'более|больше|свыше',
  roughly: 'около|почти|примерно|уже',
  goneBefore: 'уже|жду|ждем|жду уже|прошло|спустя',
  goneAfter: 'назад|тому назад',
  overAfter: 'прошло|истекли',
  limitBefore: 'в течение|до|за',
  limitAfter: 'на (?:возврат|обмен)|гарантии|(?:с момента|после)',
  said: {
    1: 'вчера',
    2: 'позавчера',
    7: 'прошлой неделе|неделю назад',
    30: 'прошлом месяце|месяц назад',
    365: 'прошлом году|год назад',
  },
  months: 'января февраля марта апреля мая июня июля августа сентября октября ноября декабря',
  bought: 'купил[аи]?|куплен[аоы]?|заказал[аи]?|получил[аи]?|доставили',
}; // prettier-ignore

export const ukrainian: Times = {
  numbers: 'один:1 одну:1 два:2 дві:2 три:3 чотири:4 пять:5 шість:6 сім:7 вісім:8 девять:9 десять:10 тридцять:30',
  units: { day: 'днів|дні|день', week: 'тижнів|тижні|тиждень', month: 'місяців|місяці|місяць', year: 'років|роки|рік' },
  more: 'більше|понад',
  roughly: 'близько|майже|вже',
  goneBefore: 'вже|чекаю|чекаю вже|минуло',
  goneAfter: 'тому',
  overAfter: 'минуло|спливло',
  limitBefore: 'протягом|до|впродовж',
  limitAfter: 'на (?:повернення|обмін)|гарантії|(?:з моменту|після)',
  said: {
    1: 'вчора',
    2: 'позавчора',
    7: 'минулого тижня|тиждень тому',
    30: 'минулого місяця|місяць тому',
    365: 'минулого року|рік тому',
  },
  months: 'січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня',
  bought: 'купи(?:в|ла|ли)|замови(?:в|ла|ли)|отрима(?:в|ла|ли)',
}; // prettier-ignore

export const japanese: Times = {
  unspaced: true,
  numbers: chineseNumbers,
  units: { day: '日間|日', week: '週間', month: '(?:ヶ|か|カ|ヵ|ケ|箇)月間?', year: '年間|年' },
  more: '(?!)',
  roughly: '約|およそ',
  goneBefore: 'もう',
  goneAfter: '(?:以上|ほど|くらい)?(?:前(?!まで|後)|経|たっ|たち|待って(?:い|る))',
  overAfter: 'が?(?:過ぎ|すぎ)',
  limitBefore: '(?!)',
  limitAfter: '以内|間?保証|までに?返',
  said: { 1: '昨日|きのう', 2: '一昨日|おととい', 7: '先週', 30: '先月', 365: '昨年|去年' },
  months: '',
  bought: '買|購入|注文|届|受け取',
}; // prettier-ignore

export const chinese: Times = {
  unspaced: true,
  numbers: `${chineseNumbers} 两:2 兩:2 半:0.5`,
  units: { day: '天|日', week: '个?星期|個?星期|个?礼拜|周|週', month: '个月|個月', year: '年' },
  more: '超过|超過',
  roughly: '大约|大約|快|差不多',
  goneBefore: '已经|已經|已经等了|等了|过了|過了',
  goneAfter: '多?(?:以前|之前|前(?!内)|了(?!吗))',
  overAfter: '(?:已|都)?(?:过了|過了)',
  limitBefore: '(?!)',
  limitAfter: '(?:之|以)?(?:内|內)|(?:无理由|質保|质保|保修)',
  said: { 1: '昨天', 2: '前天', 7: '上周|上週|上个?星期|上個星期', 30: '上个?月|上個月', 365: '去年' },
  months: '',
  bought: '买|買|购|購|下单|下單|订|訂|收到',
}; // prettier-ignore

export const korean: Times = {
  unspaced: true,
  numbers: '한:1 두:2 세:3 네:4 일:1 이:2 삼:3',
  units: { day: '일', week: '주일?', month: '개월|달', year: '년' },
  more: '(?!)',
  roughly: '약',
  goneBefore: '벌써|이미',
  goneAfter: '(?:전|째|동안 기다)',
  overAfter: '[이가]?\\s?(?:넘|지났|지나)',
  limitBefore: '(?!)',
  limitAfter: '\\s?(?:이내|안에|내에|보증)',
  said: { 1: '어제', 2: '그저께|그제', 7: '지난\\s?주', 30: '지난\\s?달', 365: '작년|지난\\s?해' },
  months: '',
  bought: '샀|구매|구입|주문|받았|도착',
}; // prettier-ignore
