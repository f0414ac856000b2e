/** Values for the round trips: seeded, so that a failure is the same failure on every machine. */

/** mulberry32 */
const randomFrom = (seed: number) => {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

/** What some program takes for more than text. */
const SIGNS = "'|\"|`|$|\\|#| |\n|\r|\t|=|{|}|(|)|%|!|~|&|;|[|]|-|*|?|<|>|^".split("|").concat("|");
const PLAIN = ["a", "B9", "é", "🔑", "word", "0"];
const TRICKS = [
  "$(echo ran)",
  "`echo ran`",
  `\${HOME}`,
  "$HOME",
  "\\n",
  "\\r",
  "\\$",
  "\\\\",
  "\\'",
  '\\"',
  "\n#",
  " #",
  "''",
  "\nZ=1\n",
  "\n='",
  "export A=1",
  "\u2028",
  "\u0085",
  "\u00a0",
  "\ufeff",
  "\x01",
  "\x1b",
  "\x7f",
];
const PIECES = [...SIGNS, ...PLAIN, ...PLAIN, ...TRICKS];

export const fuzzedValues = (count: number, seed: number): string[] => {
  const random = randomFrom(seed);
  const below = (limit: number) => Math.floor(random() * limit);
  return Array.from({ length: count }, () =>
    Array.from({ length: below(9) }, () => PIECES[below(PIECES.length)]).join(""),
  );
};

export const BCRYPT = "$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW";
export const PEM = `-----BEGIN PRIVATE KEY-----
MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj
MzEfYyjiWA4R4/M2bS1GB4t7NXp98C3SC6dVMvDuictGeurT8jNbvJZHtCSuYEvu
NMoSfm76oqFvAp8Gy0iz5sxjZmSnXyCdPEovGhLa0VzMaQ8s+CLOyS56YyCFGeJZ
-----END PRIVATE KEY-----
`;
export const SERVICE_ACCOUNT = JSON.stringify(
  {
    type: "service_account",
    project_id: "it's-a-project",
    private_key: PEM,
    client_email: "kagi@it's-a-project.iam.gserviceaccount.com",
    note: 'costs $5, `quoted` "twice" \\ once',
  },
  null,
  2,
);
export const URL_VALUE = "postgres://user:p%40ss@db.example.com:5432/app?sslmode=require&x=a#fragment";
