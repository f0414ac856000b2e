import MiniSearch from "minisearch";
import type { Kind } from "../categories/services.ts";
import { PROMPT_LENGTH } from "./model.ts";

/** Where something stands in a text: from `start` up to, without, `end`. */
export type Span = Readonly<{ start: number; end: number }>;
export type Word = Span & Readonly<{ text: string }>;

/**
 * A text for looking words up in: lower case, without accents, of the same length as `written`, so that places in one
 * are places in the other.
 */
export type Text = Readonly<{ written: string; plain: string }>;

export function readText(text: string): Text {
  if (ASCII.test(text)) return { written: text, plain: text.toLowerCase() };
  const written = text.normalize("NFKC").replace(/[\u2018\u2019]/g, "'");
  return { written, plain: written.replace(/[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}]/gu, toPlain) };
}

/**
 * What somebody asks in words of their own, in a text as long as the prompt at most: blank where they only show
 * something, such as code, comments and others' sentences, and at its end where it poses as another's turn to speak.
 * Quoted `names` stay.
 */
export function readPrompt(prompt: string, names: readonly string[]): Text {
  // Some characters stand for eighteen, and what takes them apart again takes its time.
  const { written, plain } = readText(prompt.normalize("NFKC").slice(0, PROMPT_LENGTH));
  const quotes = spansOf(plain, QUOTE).filter(({ start, end }) => {
    const isName = names.includes(written.slice(start + 1, end - 1));
    return !isName && countWords(plain.slice(start, end)) >= SENTENCE;
  });
  const shown = [...spansOf(plain, SHOWN), ...quotes];
  // "Clerk n Supabase".
  const own = without(plain, shown).replace(/(?<=\s)n(?=\s)/g, "&");
  const posed = own.search(OTHER_SPEAKER);
  const end = posed < 0 ? own.length : posed;
  return { written: without(written, shown).slice(0, end), plain: own.slice(0, end) };
}

const SHOWN = /<!--[\s\S]*?(?:-->|$)|```[\s\S]*?(?:```|$)|~~~[\s\S]*?(?:~~~|$)/g;
const QUOTE = /"[^"\n]*"|“[^”\n]*”|„[^“”\n]*[“”]|«[^»\n]*»|「[^」\n]*」|『[^』\n]*』/g;
/** From so many words on, a quote is what somebody says. */
const SENTENCE = 6;
const OTHER_SPEAKER =
  /<\/?(?:prompt|system|user|assistant|instructions?)>|(?:^|[\n.>]\s*)(?:system|assistant|developer)\s*:/u;

/** Where no space is between them, two letters are a word. */
function countWords(plain: string): number {
  return wordsOf({ written: plain, plain }).reduce(
    (count, { text }) => count + (isUnspaced(text) ? text.length / 2 : 1),
    0,
  );
}

/** Most names, and read at once. */
const ASCII = /^\p{ASCII}*$/u;

function toPlain(letter: string): string {
  const plain = letter.toLowerCase().normalize("NFD").charAt(0);
  return plain.length === letter.length ? plain : letter;
}

/** A name with nothing but its letters and digits: "Open-AI" and "open ai" are one. */
export function squash(name: string): string {
  if (ASCII.test(name)) return name.toLowerCase().replace(/[^a-z0-9]/g, "");
  return readText(name).plain.replace(/[^\p{L}\p{N}]/gu, "");
}

/** Scripts that put no space between words. Korean does, and then puts endings to them. */
const UNSPACED = "\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}ー\\p{Script=Hangul}\\p{Script=Thai}";
const WORD = new RegExp(`[${UNSPACED}]+|(?:(?![${UNSPACED}])[\\p{L}\\p{N}])+`, "gu");
const ASCII_WORD = /[a-z0-9]+/g;
const STARTS_UNSPACED = new RegExp(`^[${UNSPACED}]`, "u");
/** What would make a word part of another one. */
const INSIDE = `(?:(?![${UNSPACED}])[\\p{L}\\p{N}_])`;

export function isUnspaced(text: string): boolean {
  return STARTS_UNSPACED.test(text);
}

/** Words, split where the script changes; "blog's" is "blog". */
export function wordsOf({ plain }: Text): Word[] {
  const text = plain.replace(/'s(?![\p{L}\p{N}])/gu, "  ");
  return [...text.matchAll(ASCII.test(text) ? ASCII_WORD : WORD)].map(({ 0: word, index }) => ({
    text: word,
    start: index,
    end: index + word.length,
  }));
}

/** Matches any of some words or phrases, written as in `Text.plain`, with `|` between; parts may be expressions. */
export function anyOf(phrases: string | readonly string[]): RegExp {
  const sources = [phrases]
    .flat()
    .flatMap(alternatives)
    .map((phrase) => phrase.replaceAll(" ?", "[\\s-]*").replaceAll(" ", "[\\s-]+"));
  const spaced = sources.filter((source) => !isUnspaced(source));
  const unspaced = sources.filter(isUnspaced);
  const guarded = spaced.length > 0 ? [`(?<!${INSIDE})(?:${spaced.join("|")})(?!${INSIDE})`] : [];
  return new RegExp([...guarded, ...unspaced].join("|"), "gu");
}

/** Split at each `|` that is in no brackets. */
function alternatives(phrases: string): string[] {
  let depth = 0;
  const parts = [""];
  for (const letter of phrases) {
    if (letter === "(" || letter === "[") depth += 1;
    if (letter === ")" || letter === "]") depth -= 1;
    if (letter === "|" && depth === 0) parts.push("");
    else parts.push(`${parts.pop()}${letter}`);
  }
  return parts;
}

export function spansOf(text: string, pattern: RegExp): Span[] {
  return [...text.matchAll(pattern)].map(({ 0: found, index }) => ({ start: index, end: index + found.length }));
}

export function overlaps(one: Span, other: Span): boolean {
  return one.start < other.end && other.start < one.end;
}

/** Those that no longer one overlaps. */
export function longestOf<T extends Span>(spans: readonly T[]): T[] {
  const longest: number[] = [];
  for (const { start, end } of spans)
    for (let at = start; at < end; at += 1) longest[at] = Math.max(longest[at] ?? 0, end - start);
  return spans.filter(({ start, end }) => !longest.slice(start, end).some((length) => length > end - start));
}

/** Each of one name a few times: nobody asks for one thing more often, and what is pasted may say it a thousand times. */
export function fewOf<T>(all: readonly T[], nameOf: (one: T) => string): T[] {
  const times = new Map<string, number>();
  return all.filter((one) => {
    const name = nameOf(one);
    const count = (times.get(name) ?? 0) + 1;
    times.set(name, count);
    return count <= MOST_TIMES;
  });
}

const MOST_TIMES = 12;

/** The text with nothing, or with what fills it, where the spans were. */
export function without(text: string, spans: readonly Span[], filling = " "): string {
  if (spans.length === 0) return text;
  const units = text.split("");
  for (const { start, end } of spans) units.fill(filling, start, end);
  return units.join("");
}

const SENTENCES = "[;!?\\n；。！？]|\\.(?=\\s|$)";
const BUT = anyOf("but|pero|mas|mais|aber|sondern|но|ma|但是?").source;
const AND = anyOf("and|y|e|et|und|и|plus|和|と").source;
/** What makes two things of what stands on its sides. */
export const SEPARATES = new RegExp([SENTENCES, BUT, "[,，、+&]", AND].join("|"), "gu");
const PHRASES = new RegExp([SENTENCES, BUT, "[,，]"].join("|"), "gu");
/** What parts clauses, the widest first. */
const CLAUSES = [new RegExp([SENTENCES, BUT].join("|"), "gu"), PHRASES, SEPARATES];

/** Tells which of some spans share a clause with another: the widest clause in which all say the same. */
export function clausesOf<T extends Span>(
  text: string,
  some: readonly T[],
  sayingOf: (one: T) => string,
): (at: Span) => readonly T[] {
  if (some.length === 0) return () => [];
  const widths = CLAUSES.map((separator) =>
    spansOf(text, separator).filter((mark) => !some.some((one) => overlaps(one, mark))),
  );
  return (at) => {
    for (const marks of widths) {
      const start = marks.findLast((mark) => mark.end <= at.start)?.end ?? 0;
      const end = marks.find((mark) => mark.start >= at.end)?.start ?? text.length;
      const inside = some.filter((one) => overlaps(one, { start, end }));
      if (new Set(inside.map(sayingOf)).size < 2) return inside;
    }
    return [];
  };
}

const ENVIRONMENT = "(?:staging|production|prod|development|dev|local|test)";
const ANY_ENVIRONMENT = anyOf(ENVIRONMENT);

/** The parts of a text that say what is not wanted. */
export function refusedSpans(text: string): Span[] {
  const before = [...text.matchAll(REFUSES_NEXT), ...[...text.matchAll(ALL_BUT)].filter((cue) => !goesOn(text, cue))]
    .filter((cue) => !isNoRefusal(text, cue))
    .map(({ 0: cue, index }) => {
      const preposition =
        /^\s+(?:for|with|from|für|fur|para|pour)(?=\s)/.exec(text.slice(index + cue.length))?.[0] ?? "";
      const start = index + cue.length + preposition.length;
      const end = text.slice(start).search(REFUSAL_ENDS);
      return { start, end: end < 0 ? text.length : start + end };
    });
  const phrases = spansOf(text, PHRASES);
  const after = spansOf(text, REFUSES_LAST).map(({ start: end }) => ({
    start: phrases.findLast((mark) => mark.end <= end)?.end ?? 0,
    end,
  }));
  return [...before, ...after, ...spansOf(text, REFUSES_WITHIN)];
}

const REFUSES_NEXT = anyOf([
  "without|w/o|not|except|except for|excepting|excluding|exclude|minus|no need|no|don't|dont|doesn't|won't|needn't",
  "leave out|leaving out|skip|skipping|omit|apart from|aside from|other than|instead of|rather than|never|drop|ditch|nor|ignore the",
  "sin|excepto|salvo|menos|sem|exceto|nao|sans|sauf|excepte|hors|pas|ohne|ausser|außer|nicht|kein|keine|keinen",
  "deja fuera|deix[ae] fora|lascia fuori|senza|eccetto|tranne|non|без|кроме|не|zonder|behalve|geen|bez|oprocz|utan",
  "不要|不包括|不包含|除了|除去|不需要|不含|无需|排除|别",
]);
/** "Everything of the blog but AWS", which is no "but" as others are. */
const ALL_BUT =
  /(?<=(?<!\p{L})(?:everything|anything|all|every|each|todo|tudo|tout)(?!\p{L})[^.;!?\n]{0,60}\s)(?:but|bar)(?=\s)/gu;
/** Behind a "but" that goes on with another wish: "everything but please in hex", "but Stripe should be staging's". */
const GOES_ON =
  /^\s+(?:also|just|only|not|no|never|with|without|except|please|if|in|from|as|i|we|you|it|this|that|make|use|take|give|get|add|include|generate|rename|call|name|skip|leave|drop|omit|exclude)(?!\p{L})|^[^.;!?\n]*(?<!\p{L})(?:should|must|is|are|needs?|use|take|want|as|called|named)(?!\p{L})/u;
const REFUSES_LAST = anyOf([
  "以外|之外|なし|を除|は除|抜き|は不要|はいらない|ではなく|じゃなく|は要らない",
  "을? ?제외|를? ?제외|을? ?빼고|를? ?빼고|없이|말고|は使わない",
  "haric|(?:isn't|aren't|not|no longer) (?:needed|required|necessary)|не нуж(?:ен|н\\p{L})|brauch\\p{L}* (?:ich|wir) nicht",
  // "…, Mailgun out."
  "(?<=(?:[,;.!?\\n]|but)\\s*(?:\\p{L}+\\s+){1,2})(?<!check\\s+)out(?=\\s*(?:[,;.!?\\n]|$))",
]);
const OBJECT = "[^.;!?\\n]{1,80}?";
const REFUSES_WITHIN = anyOf([
  `(?:leave|leaving|keep|take|cut) ${OBJECT} (?:out|off|away|aside)|lass(?:e|t)? ${OBJECT} (?:weg|raus)`,
  `laisse[rz]? ${OBJECT} de cote|dej(?:a|ar|ando) ${OBJECT} fuera|deix(?:a|e|ar) ${OBJECT} fora|lascia(?:re)? ${OBJECT} fuori`,
]);
const REFUSAL_ENDS = new RegExp(
  [
    "[;!?。！？；，\\n]",
    "(?<=\\p{L})[:：]",
    "\\.(?=\\s|$)",
    `(?<!${INSIDE})(?:but|plus|also|just|only|with|w/|for|from|because|in(?= (?:the )?${ENVIRONMENT})|and (?:a|an|also|with|then|please|add|include|generate|give|get)` +
      "|pero|pour|mas|mais|aber|sondern|für|para|но|для|ma|per|con|avec|mit|с)(?!\\p{L})",
    ",\\s*(?:and )?(?:give|get|i|please|all|everything|just|a|an|we|todas|toutes|alle|все)(?!\\p{L})",
    "但|只要|还要|以外|之外",
  ].join("|"),
  "u",
);

/** Whether "but" begins another wish, as in "all for staging but Stripe from production". */
function goesOn(text: string, { 0: cue, index }: RegExpExecArray): boolean {
  const [rest = ""] = text.slice(index + cue.length).split(/[.;!?\n]/, 1);
  const [before = ""] = text
    .slice(0, index)
    .split(/[.;!?\n]/)
    .slice(-1);
  return GOES_ON.test(rest) || [before, rest].every((part) => part.search(ANY_ENVIRONMENT) >= 0);
}

/** "not only", "no matter", and words that are another language's "in the". */
function isNoRefusal(text: string, { 0: cue, index }: RegExpExecArray): boolean {
  const rest = text.slice(index + cue.length);
  if (cue === "no" && /(?<!\p{L})(?:chaves?|projeto|preciso|quero|nao|dos?|das?|todas as)(?!\p{L})/u.test(text))
    return true;
  if (cue === "除了") return /^[^。.;]*?(?:还|也|以及|另外)/u.test(rest);
  return /^\s+(?:only|just|nur|seulement|solo|so|только|solamente|matter|sure|problem|longer|forget|me|us)(?!\p{L})/u.test(
    rest,
  );
}

/** Words for a secret, whatever it is of. */
export const KEYISH = anyOf([
  "key|keys|api keys?|apikeys?|token|tokens|secret|secrets|credential|credentials|creds|password|passwords",
  "provider|providers|service|services|api|apis|url|urls|uri|connection|connection string|dsn|login|account",
  "var|vars|variable|variables|env vars?|value|values|entries|entry|stuff|config|settings",
  "clave|claves|llave|llaves|credencial|credenciales|secreto|secretos|chave|chaves|credenciais|segredo|segredos",
  "cle|cles|clef|clefs|jeton|jetons|identifiants|schlussel|zugangsdaten|geheimnis|geheimnisse|zugang",
  "chiave|chiavi|credenziali|segreto|segreti|ключ\\p{L}*|токен\\p{L}*|секрет\\p{L}*|парол\\p{L}*|sleutels?|klucz\\p{L}*",
  "密钥|密匙|秘钥|凭证|凭据|令牌|密码|キー|鍵|トークン|シークレット|認証情報|パスワード|키|토큰|비밀번호|시크릿|接続",
]);

/** Words for several of them. */
export const KEYS = anyOf([
  "keys|api keys|apikeys|tokens|secrets|credentials|creds|passwords|providers|services|vars|variables|entries",
  "env vars|values|things|claves|llaves|credenciales|secretos|variables|chaves|credenciais|segredos|variaveis",
  "cles|clefs|jetons|identifiants|schlussel|zugangsdaten|geheimnisse|variablen|chiavi|credenziali|segreti",
  "ключи|ключей|токены|секреты|переменные|sleutels|klucze|密钥|密匙|秘钥|凭证|凭据|变量|キー|鍵|変数|키|변수|认证信息",
]);

export const ALL = anyOf([
  "all|every|each|any|todas?|todos|tout|toutes|tous|alle|allen|aller|tutte|tutti|все|всех|wszystkie",
  "所有|全部|每个|一切|すべて|全て|全部の|모든|전부",
]);

/** All that there is, without a word for a key after it. */
export const EVERYTHING = anyOf([
  "everything(?! (?:to|that|is|works?|should|needs?|else|i))",
  "all (?:of )?(?:it|them)|all(?= but )|every (?:key|secret|credential|variable|entry)",
  `(?:full|whole|complete|entire) (?:${ENVIRONMENT} )?(?:\\.?env|environment|config|configuration)(?: file)?`,
  "todo el \\.?env|toute la config(?:uration)?|(?:ganze|komplette|vollstandige)[snr]? (?:\\.?env|umgebung|konfiguration)|весь \\.?env|完整的?(?:配置|环境)",
  "todo lo|tudo|alles|tutto|всё|все|全部|すべて|全て|전부|모두|wszystko",
]);

/** What a word in front of it is the purpose of, and no key: "a chat app". */
export const MADE_THING = anyOf([
  "app|apps|application|site|website|page|bot|feature|project|server|tool|box|bar|form|widget|clone|component",
  "aplicacion|aplicativo|pagina|anwendung|seite|приложени\\p{L}*|сайт\\p{L}*|应用|网站|页面|アプリ|サイト|앱|사이트",
]);

/** Words for what a service does, in the languages that people ask in. */
export const KIND_WORDS: Readonly<Partial<Record<Kind, string>>> = {
  ai: "llm|llms|ai|language model|language models|ai model|gen ai|genai|ia|ki|ии|нейросет\\p{L}*|大模型|语言模型|人工智能|言語モデル|생성형|인공지능",
  analytics:
    "analytics|tracking|analitica|analise|analytique|analyse|аналитик\\p{L}*|分析|统计|アクセス解析|解析|분석|통계",
  auth: "auth|authentication|sign in|login provider|identity provider|oauth|autenticacion|autenticacao|authentification|anmeldung|autenticazione|аутентификаци\\p{L}*|авторизаци\\p{L}*|身份验证|登录|认证|認証サービス|ログイン|로그인|인증",
  blockchain: "blockchain|ethereum|web3|区块链",
  cache: "cache|caching|key value store|cach[eé]|кэш\\p{L}*|кеш\\p{L}*|缓存|キャッシュ|캐시",
  captcha: "captcha|bot protection|验证码|капч\\p{L}*",
  cdn: "cdn|dns",
  chat: "chat|messenger|chat bot|chatbot|聊天",
  ci: "ci|ci cd|continuous integration|持续集成",
  cloud: "cloud|nube|nuvem|云服务|облак\\p{L}*|クラウド|클라우드",
  cms: "cms|content management|headless cms|内容管理",
  code: "git|source control|repository|repo|代码仓库",
  commerce: "e commerce|ecommerce|电商",
  crm: "crm",
  database:
    "database|databases|db|sql|base de datos|bases de datos|banco de dados|base de donnees|datenbank\\p{L}*|banca dati|base dati|баз[аыуе]\\p{L}* данных|бд|baza danych|bazy danych|database|数据库|データベース|데이터베이스|디비",
  email:
    "email|emails|e mail|e mails|mail|mails|mailer|mailing|correo|correo electronico|correos|courriel|почт\\p{L}*|邮件|邮箱|电子邮件|メール|이메일|메일",
  flags: "feature flags?|feature toggles?",
  hosting: "hosting|deployment|deploy|alojamiento|hospedagem|hebergement|хостинг\\p{L}*|部署|托管|ホスティング|호스팅",
  logs: "logs|logging|log management|日志|ログ|로그",
  maps: "map|maps|mapa|mapas|carte|cartes|karten?|карт[аы]?|geocoding|地图|地図|지도",
  media: "images|image hosting|media|imagenes|imagens|图片|画像",
  monitoring:
    "monitoring|error tracking|error reporting|crash reporting|errors|observability|apm|monitoreo|monitorizacion|monitoramento|surveillance|monitoraggio|мониторинг\\p{L}*|监控|错误跟踪|監視|モニタリング|모니터링",
  payments:
    "payment|payments|billing|checkout|pago|pagos|pagamento|pagamentos|paiement|paiements|zahlung\\p{L}*|bezahl\\p{L}*|pagamenti|плат[её]ж\\p{L}*|оплат\\p{L}*|支付|付款|決済|支払い?|결제|betaling\\p{L}*|platnosc\\p{L}*",
  push: "push notifications?|推送",
  queue:
    "queue|message queue|job queue|message broker|cola|fila|file d'attente|warteschlange|очеред\\p{L}*|消息队列|队列|キュー|큐",
  realtime: "realtime|real time|websockets?|实时",
  scraping: "scraping|scraper|crawler|爬虫",
  search: "search|search engine|full text search|busqueda|busca|recherche|suche|ricerca|поиск\\p{L}*|搜索|検索|검색",
  sms: "sms|text messages?|短信|смс|ショートメール|문자",
  social: "social media|redes sociales|社交",
  ssh: "ssh",
  storage:
    "storage|file storage|object storage|blob storage|bucket|buckets|almacenamiento|armazenamento|stockage|speicher|хранилищ\\p{L}*|存储|对象存储|ストレージ|스토리지|저장소",
  translation:
    "translation|translations|translator|traduccion|traducao|traduction|ubersetzung\\p{L}*|перевод\\p{L}*|翻译|翻訳|번역",
  vectors: "vector|vectors|vector database|vector db|vector store|embeddings|向量数据库|向量|ベクトル",
  video: "video|videos|视频|動画",
  voice: "voice|speech|text to speech|tts|speech to text|语音|音声|음성",
  weather: "weather|clima|tiempo|meteo|wetter|погод\\p{L}*|天气|天気|날씨",
};

/** Brands that are words of every day, and count as brands only where they stand like one. */
export const EVERYDAY_BRANDS: ReadonlySet<string> = new Set(
  (
    "square render linear neon segment notion resend fly ghost sanity loops railway plaid stream line here bird polar exa kit wise " +
    "crisp payload vault together replicate atlas fireworks stability elastic zoom intercom x brave bunny alchemy axiom convex " +
    "plausible amplitude honeycomb perplexity apple oracle confluence whisper cargo astra meta amazon fal maria"
  ).split(" "),
);

/** Words that are nobody's misspelling. */
export const COMMON_WORDS: ReadonlySet<string> = new Set(
  (
    "about above access account active actual after again agent agents allow along also although always another answer anything app " +
    "application apps are around array auth back backend based basic because been before being below best better between blog blogs " +
    "body both branch bring browser build button call called can card cards case cases change chat check class clean clear clerk click " +
    "client clients close cloud code come comment comments common config configuration connect connection contain container content " +
    "copy could create credential credentials current dashboard data database date default delete deploy deployment description desk " +
    "detail detect dev developer development different does doing domain done down each easy edit email empty enable engine enough " +
    "entry entries env environment error errors every everything exact example except exclude expect export feature fetch field fields " +
    "file files fill find first fix folder follow form format forms free fresh from front frontend full function game general generate " +
    "get getting give given gives goal going good grab great group groups handle have hello help here hidden high hold home hook host " +
    "how ignore image images import include included including index info inside instead instruction instructions integration internal " +
    "into issue items just keep key keys kind know label landing language large last later launch layer leave level like line link list " +
    "little live load local lock log login logs look made mail main make makes many map maps match maybe mean message messages method " +
    "middle migrate mind mine mobile mode model models module money month more most move much name names need needed needs never new " +
    "next nice none normal note notes nothing now number object once one only open option options order other our output over own " +
    "package page pages part pass password passwords path pay payment payments people personal phone picture piece plain plan play " +
    "please plus point pool port possible post posts power prefer previous price print private process prod product production products " +
    "program project projects prompt provide provider providers public pull push put query question quick random rather react read ready " +
    "real really recent record remove render repeat replace report repo request require required reset resource rest result return " +
    "reveal review right role root route rule rules run running safe same sample save script scripts search second secret secrets " +
    "section secure security see select send sending sent server servers service services session set setting settings setup share " +
    "shop short should show side sign signing simple since single site sites size small some something soon source space spec special " +
    "staging start state step still stop storage store stores stream string strings strip strips stripes stuff style such support " +
    "switch system table take task tasks team teams tell template test testing tests text than thank thanks that their them then there " +
    "these thing things think this those through time times title today token tokens tool tools track train travel tree trial true try " +
    "turn type types under unit until update upload url use used user users uses using usual value values variable variables vars " +
    "version very video view visit voice wait want wants watch web webhook webhooks website well were what when where which while who " +
    "whole why will with within without word words work worker workers working works world would write wrong year you your zero " +
    "reddit strike stride radius redo result rails slick slice slack"
  ).split(" "),
);

/** Words of category and project names that tell nothing apart. */
export const GENERIC_WORDS: ReadonlySet<string> = new Set(
  (
    "a all an and any api apis app application apps auth backend category code config credential credentials creds default dev " +
    "development env environment everything file files for frontend id in keys key keep live login me misc my new of old on or our other " +
    "password passwords please prod production project public secret secrets select server service services settings site staging test " +
    "the this to token tokens url use user value values var variable variables vars web website with without your"
  ).split(" "),
);

/** Words that are looked at for slips; a text with more that are unknown is in no language that has any here. */
const MOST_UNKNOWN = 60;

/** Names that a word may be a misspelling of. MiniSearch finds what is near, the count of slips decides. */
export class Spelled {
  readonly #names: readonly string[];
  #index: MiniSearch<{ id: number; name: string }> | undefined;

  constructor(names: readonly string[]) {
    this.#names = names;
  }

  /** What each of some words is meant to be, where that is a name. */
  findAll(words: readonly string[]): ReadonlyMap<string, string> {
    const found = new Map<string, string>();
    for (const word of [...new Set(words)].slice(0, MOST_UNKNOWN)) {
      const intended = this.#find(word);
      if (intended !== undefined) found.set(word, intended);
    }
    return found;
  }

  #find(word: string): string | undefined {
    const near = this.#indexed()
      .search(word, { fuzzy: 2, prefix: false })
      .map(({ name }) => String(name));
    const slips = near.map((name) => ({ name, slips: slipsBetween(word, name, mostSlips(name)) }));
    const fits = slips.filter(({ name, slips }) => slips > 0 && slips <= mostSlips(name));
    const [best, second] = fits.toSorted((one, other) => one.slips - other.slips);
    return best !== undefined && best.slips !== second?.slips ? best.name : undefined;
  }

  /** Made when it is first needed: most prompts have no slip. */
  #indexed(): MiniSearch<{ id: number; name: string }> {
    if (this.#index === undefined) {
      const long = [...new Set(this.#names)].filter((name) => name.length >= 5 && !EVERYDAY_BRANDS.has(name));
      this.#index = new MiniSearch({ fields: ["name"], storeFields: ["name"] });
      this.#index.addAll(long.map((name, id) => ({ id, name })));
    }
    return this.#index;
  }
}

/** As many as leave no doubt. */
export function mostSlips({ length }: string): number {
  return length < 8 ? 1 : length < 14 ? 2 : 3;
}

/**
 * Letters missing, too many, wrong, or swapped with the next (Damerau and Levenshtein, neighbours swapped once); beyond
 * `most` some number above it.
 */
export function slipsBetween(one: string, other: string, most: number): number {
  let same = 0;
  while (same < one.length && one[same] === other[same]) same += 1;
  // What begins alike is most of it, where names are numbered.
  if (same > 1) return slipsBetween(one.slice(same - 1), other.slice(same - 1), most);
  let beforeLast: number[] = [];
  let last = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (let row = 1; row <= one.length; row += 1) {
    const current = [row];
    for (let at = 1; at <= other.length; at += 1) {
      const isSame = one[row - 1] === other[at - 1];
      let least = Math.min((last[at] ?? 0) + 1, (current[at - 1] ?? 0) + 1, (last[at - 1] ?? 0) + (isSame ? 0 : 1));
      if (row > 1 && at > 1 && one[row - 1] === other[at - 2] && one[row - 2] === other[at - 1])
        least = Math.min(least, (beforeLast[at - 2] ?? 0) + 1);
      current.push(least);
    }
    [beforeLast, last] = [last, current];
    if (Math.min(...last) > most && Math.min(...beforeLast) > most) return most + 1;
  }
  return last[other.length] ?? 0;
}
