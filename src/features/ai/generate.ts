import { type Answer, SECRET_BYTES, SECRET_FORMATS, type SecretFormat } from "./model.ts";
import { anyOf, overlaps, refusedSpans, SEPARATES, type Span, spansOf, type Text } from "./words.ts";

/** A secret that a text asks to be made up, and where it says so. */
export type Making = Span & Omit<Answer["generated"][number], "reason">;

/** What a text asks to be made up, in its order, each variable once; refused ones left out. */
export function findMakings(text: Text): Making[] {
  const { plain } = text;
  const refused = refusedSpans(plain);
  const named = [
    ...RULES.flatMap(([variable, format, pattern]) =>
      spansOf(plain, pattern).map((span) => ({ ...span, variable, format })),
    ),
    ...findTyped(text),
  ];
  const longest = named
    .toSorted((one, other) => other.end - other.start - (one.end - one.start))
    .filter((one, index, all) => !all.slice(0, index).some((longer) => overlaps(longer, one)))
    .toSorted((one, other) => one.start - other.start);
  const wanted = longest.filter((one) => !refused.some((span) => overlaps(span, one)));
  const once = wanted.filter(
    ({ variable }, index) => wanted.findIndex((other) => other.variable === variable) === index,
  );
  const formats = nearestTo(plain, once, findFormats(plain));
  const sizes = nearestTo(plain, once, findSizes(plain));
  return once.map((one) => {
    const format = formats.get(one) ?? one.format;
    const size = sizes.get(one);
    const bytes =
      size === undefined
        ? SECRET_BYTES.usual
        : Math.ceil(size.in === "characters" ? size.count * BYTES_A_CHARACTER[format] : size.count);
    return { ...one, format, bytes: Math.min(SECRET_BYTES.most, Math.max(SECRET_BYTES.least, bytes)) };
  });
}

const BYTES_A_CHARACTER: Readonly<Record<SecretFormat, number>> = {
  hex: 1 / 2,
  base64: 3 / 4,
  base64url: 3 / 4,
  alphanumeric: Math.log2(62) / 8,
};

const SECRET =
  "(?:secret|secrets|key|secret key|token secret|signing secret|signing key|password|secreto|segredo|clave|geheimnis|schlussel|секрет\\p{L}*|ключ\\p{L}*)";

/** "Something to sign our cookies with". */
const signing = (what: string) =>
  `(?:something|secret|key|value|string)(?: (?:new|random|strong|secret|fresh))? (?:to sign|for signing) (?:(?:my|our|the) )?${what}(?: with)?`;

const HOW =
  "(?:me|us|a|an|one|new|random|strong|fresh|secure|\\d+|bytes?|bits?|characters?|chars?|hex|hexadecimal|base64|base64url|alphanumeric)";
/** "A random, 16 byte token", "admin password, please generate". */
const made = (what: string) =>
  `(?:random|generated?|fresh|strong)(?: ${HOW})* ${what}|${what}(?: (?:please|pls))? (?:generated?|randomly generated)`;

/** The names that the frameworks and libraries use themselves, by the words that people use. */
const RULES: readonly (readonly [string, SecretFormat, RegExp])[] = [
  [
    "SESSION_SECRET",
    "hex",
    anyOf([
      `sessions? ${SECRET}`,
      signing("sessions?"),
      "secreto de sesion|clave de sesion|clave secreta de sesion|segredo de sessao|chave de sessao|secret de session|cle de session",
      "sitzungsgeheimnis|sitzungsschlussel|session geheimnis|segreto di sessione|chiave di sessione|(?:секрет|ключ)\\p{L}* сесси\\p{L}*|сессионн\\p{L}+ (?:секрет|ключ)\\p{L}*",
      "会话密钥|会话秘钥|会话密匙|session ?密钥|セッション ?(?:の)?(?:シークレット|秘密鍵|キー|鍵)|세션 ?(?:시크릿|비밀 ?키|비밀키|키)",
    ]),
  ],
  [
    "JWT_SECRET",
    "hex",
    anyOf([
      `jwt ${SECRET}`,
      `json web token ${SECRET}`,
      signing("(?:jwts?|json web tokens?)"),
      "(?:secreto|clave|segredo|chave|cle|secret|segreto)(?: secreta)?(?: de| do| del| para| pour| per)? jwt|(?:секрет|ключ)\\p{L}*(?: для)? jwt",
      "jwt ?(?:的)?密钥|jwt ?(?:の)?(?:シークレット|秘密鍵|キー)|jwt ?(?:시크릿|비밀 ?키|키)",
    ]),
  ],
  [
    "NEXTAUTH_SECRET",
    "base64",
    anyOf([
      `next ?auth(?:\\.js)? ${SECRET}`,
      "secret (?:for|of) next ?auth(?:\\.js)?",
      "next ?auth(?:\\.js)? ?的?密钥",
    ]),
  ],
  ["BETTER_AUTH_SECRET", "base64", anyOf([`better auth ${SECRET}`, "secret (?:for|of) better auth"])],
  [
    "AUTH_SECRET",
    "base64",
    anyOf([`auth(?:\\.?js)? ${SECRET}`, `authentication ${SECRET}`, "secret (?:for|of) auth\\.?js"]),
  ],
  [
    "COOKIE_SECRET",
    "hex",
    anyOf([
      `cookies? ${SECRET}`,
      `cookie (?:signing|encryption) ${SECRET}`,
      signing("cookies?"),
      "cookie ?密钥",
      "クッキー(?:の)?(?:シークレット|キー|鍵)",
    ]),
  ],
  ["CSRF_SECRET", "hex", anyOf([`csrf ${SECRET}`, `csrf token ${SECRET}`, "csrf ?密钥"])],
  [
    "ENCRYPTION_KEY",
    "hex",
    anyOf([
      "encryption (?:key|secret)|data encryption key|clave de cifrado|clave de encriptacion|chave de criptografia|chave de encriptacao|cle de chiffrement",
      "verschlusselungsschlussel|verschlusselungskey|chiave di (?:cifratura|crittografia)|ключ\\p{L}* шифрования|加密密钥|加密秘钥|暗号化(?:キー|鍵)|암호화 ?키",
    ]),
  ],
  ["CRON_SECRET", "hex", anyOf([`cron(?: ?job)? ${SECRET}`, "cron ?密钥"])],
  ["HASH_SALT", "hex", anyOf(["(?:hash|password|hashing) salt", "salt", "盐值", "ソルト"])],
  [
    "WEBHOOK_SECRET",
    "hex",
    anyOf(["webhooks? (?:signing )?(?:secret|key)", "webhook ?(?:签名)?密钥", "webhook ?(?:の)?シークレット"]),
  ],
  ["REVALIDATE_SECRET", "hex", anyOf(["revalidat(?:e|ion) (?:secret|token)"])],
  ["PREVIEW_SECRET", "hex", anyOf(["(?:preview|draft) (?:mode )?secret"])],
  ["REFRESH_TOKEN_SECRET", "hex", anyOf(["refresh token secret"])],
  ["ACCESS_TOKEN_SECRET", "hex", anyOf(["access token secret"])],
  ["NUXT_SESSION_PASSWORD", "hex", anyOf(["nuxt session password"])],
  [
    "SECRET_KEY_BASE",
    "hex",
    anyOf([
      "rails (?:app )?(?:secret|secret key|secret key base)",
      "secret key base",
      "phoenix secret(?: key)?(?: base)?",
    ]),
  ],
  ["APP_KEY", "base64", anyOf(["laravel (?:app(?:lication)? )?key", "app(?:lication)? key"])],
  [
    "SECRET_KEY",
    "base64url",
    anyOf(["(?:django|flask) (?:secret|secret key)", "secret key (?:for|of) (?:django|flask)"]),
  ],
  [
    "SECRET_KEY",
    "hex",
    anyOf([
      made("(?:secret|secret key)(?! for (?:next|better|auth|django|flask))"),
      "(?:secreto|clave) aleatori[oa]|segredo aleatorio|chave aleatoria|secret aleatoire|cle aleatoire|zufallige[srn]? (?:geheimnis|schlussel)|случайн\\p{L}+ (?:секрет|ключ)\\p{L}*",
      "随机密钥|随机的密钥|ランダムな(?:シークレット|キー|鍵)|랜덤 ?(?:시크릿|키)",
    ]),
  ],
  [
    "PASSWORD",
    "alphanumeric",
    anyOf([
      made("(?:password|passphrase)"),
      "contrasena aleatoria|senha aleatoria|mot de passe aleatoire|zufalliges (?:passwort|kennwort)|случайн\\p{L}+ парол\\p{L}*|password casuale|随机密码|ランダムなパスワード|랜덤 ?비밀번호|임의의 ?비밀번호",
    ]),
  ],
  [
    "ADMIN_PASSWORD",
    "alphanumeric",
    anyOf([made("admin password"), "new admin password", "random password for (?:the )?admin"]),
  ],
  [
    "TOKEN",
    "hex",
    anyOf([
      made("token"),
      "token aleatorio|jeton aleatoire|zufalliges token|случайн\\p{L}+ токен\\p{L}*|随机令牌|随机 ?token|ランダムなトークン|랜덤 ?토큰",
    ]),
  ],
];

/** A variable whose name says that its value may be anything, where it is said that one shall be made. */
function findTyped({ plain, written }: Text): (Span & { variable: string; format: SecretFormat })[] {
  const asksForNew = plain.search(MAKE) >= 0;
  return spansOf(written, /(?<![\p{L}\p{N}_])[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+(?![\p{L}\p{N}_])/gu).flatMap((span) => {
    const variable = written.slice(span.start, span.end);
    const known = RULES.find(([name]) => name === variable);
    if (known) return [{ ...span, variable, format: known[1] }];
    if (!asksForNew || !/_(?:SECRET|KEY|TOKEN|SALT|PASSWORD|PEPPER)$/.test(variable)) return [];
    return [{ ...span, variable, format: variable.endsWith("_PASSWORD") ? "alphanumeric" : "hex" }];
  });
}

/** That something shall be made up. */
const MAKE = anyOf([
  "generate|generated|generating|random|randomly|randomise|randomize|make up|create a new|brand new|fresh",
  "genera|generar|generame|aleatori[oa]|gerar|gere|gera|genere|generer|aleatoire|generiere|erzeuge|zufallig\\p{L}*|сгенерир\\p{L}*|случайн\\p{L}*",
  "生成|随机|ランダム|생성|랜덤",
]);

function findFormats(text: string): (Span & { value: SecretFormat })[] {
  const words: Readonly<Record<SecretFormat, RegExp>> = {
    hex: anyOf(["hex", "hexadecimal", "十六进制", "16進数", "16진수"]),
    base64: anyOf(["base64(?!url)(?! url)", "base 64"]),
    base64url: anyOf(["base64url", "base64 url", "url safe(?: base64)?"]),
    alphanumeric: anyOf([
      "alphanumeric",
      "alphanumerisch\\p{L}*",
      "alfanumeric[oa]",
      "alphanumerique",
      "letters and (?:digits|numbers)",
      "字母数字",
      "英数字",
    ]),
  };
  return SECRET_FORMATS.flatMap((value) => spansOf(text, words[value]).map((span) => ({ ...span, value })));
}

type Size = Readonly<{ count: number; in: "bytes" | "characters" }>;

function findSizes(text: string): (Span & { value: Size })[] {
  const units: readonly (readonly [RegExp, (count: number) => Size])[] = [
    [/(\d{1,4})[\s-]*(?:bytes?|byte|octets?|байт\p{L}*|字节|バイト|바이트)/gu, (count) => ({ count, in: "bytes" })],
    [
      /(\d{1,4})[\s-]*(?:bits?|бит|位|ビット|비트)(?!\p{Script=Latin})/gu,
      (count) => ({ count: count / 8, in: "bytes" }),
    ],
    [
      /(\d{1,4})[\s-]*(?:characters?|chars?|caracteres|caracteres|caracteres|zeichen|символ\p{L}*|个字符|字符|文字|글자|자리)/gu,
      (count) => ({ count, in: "characters" }),
    ],
  ];
  return units.flatMap(([pattern, size]) =>
    [...text.matchAll(pattern)].map(({ 0: found, 1: count, index }) => ({
      start: index,
      end: index + found.length,
      value: size(Number(count)),
    })),
  );
}

/** How far a format or size may stand from what it is of. */
const REACH = 60;

/** Each word goes to what is nearest to it, and rather not beyond an "and". */
function nearestTo<T>(text: string, makings: readonly Span[], words: readonly (Span & { value: T })[]): Map<Span, T> {
  const found = new Map<Span, T>();
  for (const word of words) {
    const gap = ({ start, end }: Span) => {
      const between = end <= word.start ? text.slice(end, word.start) : text.slice(word.end, start);
      return between.length + (between.search(SEPARATES) < 0 ? 0 : REACH / 2);
    };
    const nearest = makings.toSorted((one, other) => gap(one) - gap(other))[0];
    if (nearest !== undefined && gap(nearest) <= REACH && !found.has(nearest)) found.set(nearest, word.value);
  }
  return found;
}
