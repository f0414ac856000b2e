import { beforeAll, expect } from "bun:test";
import { type Answer, type Client, cookiesOf } from "../support/client.ts";
import { addPasskey, enrol, newPerson, signature, WITH_PASSKEYS } from "../support/factors.ts";
import { HERE } from "../support/requests.ts";
import { OWNER, PATIENCE_MS } from "../support/vault.ts";
import { post } from "./pages.ts";
import { attacks, onOneVault } from "./tries.ts";

const test = attacks("open redirect");

const EVIL = "evil.example";
/** Ways to write an address that leads to another host, or runs something, in some reader of addresses. */
const SHAPES = [
  `https://${EVIL}`,
  `https://${EVIL}/keys`,
  `HTTPS://${EVIL}`,
  `http:${EVIL}`,
  `https:/${EVIL}`,
  `//${EVIL}`,
  `///${EVIL}`,
  `////${EVIL}`,
  `/\\${EVIL}`,
  `\\/${EVIL}`,
  `\\\\${EVIL}`,
  `/\\/${EVIL}`,
  `/\t/${EVIL}`,
  `/\n/${EVIL}`,
  `/\r\n/${EVIL}`,
  `\t//${EVIL}`,
  ` //${EVIL}`,
  `\u0000//${EVIL}`,
  `\u00a0//${EVIL}`,
  `/.//${EVIL}`,
  `/..//${EVIL}`,
  `/%2e//${EVIL}`,
  `/%2e%2e//${EVIL}`,
  `/keys/..//${EVIL}`,
  `/keys/../..//${EVIL}`,
  `/.\\\\${EVIL}`,
  `/;@${EVIL}`,
  `@${EVIL}`,
  `:@${EVIL}`,
  `localhost@${EVIL}`,
  `.${EVIL}`,
  `?next=https://${EVIL}`,
  `#https://${EVIL}`,
  `javascript:alert(1)//${EVIL}`,
  `JaVaScRiPt:alert(1)//${EVIL}`,
  `java\nscript:alert(1)//${EVIL}`,
  `data:text/html,${EVIL}`,
  `vbscript:${EVIL}`,
  `blob:https://${EVIL}`,
  `／／${EVIL}`,
  `/／${EVIL}`,
  `/。。/／${EVIL}`,
  `/%5c${EVIL}`,
  `/%2f${EVIL}`,
  `/%09/${EVIL}`,
  `/%0d%0aLocation:%20https://${EVIL}`,
  `/keys\r\nLocation: https://${EVIL}`,
  `/keys\r\nSet-Cookie: kagi_session=${EVIL}`,
  `/keys\u2028//${EVIL}`,
  `/keys\ud800//${EVIL}`,
  `https:${EVIL}\\@localhost`,
  `https://localhost:3000@${EVIL}`,
  `https://localhost:3000.${EVIL}`,
  `https://${EVIL}#localhost:3000`,
];

onOneVault(
  "an address to go on to",
  (vault) => {
    let session: Client;
    let half: Client;
    let passkey: Client;
    let prove: () => Promise<string>;
    let recover: () => Promise<string>;
    beforeAll(async () => {
      session = await vault.signIn();
      const person = await newPerson(vault);
      const enrolled = await vault.signIn(person);
      const codes = (await enrol(enrolled)).recoveryCodes;
      recover = async () => {
        if (codes.length === 0) {
          const { body } = await enrolled.post<{ recoveryCodes: string[] }>("/api/auth/recovery-codes");
          codes.push(...body.recoveryCodes);
        }
        return codes.shift() ?? "";
      };
      half = vault.stranger.with({ cookie: cookiesOf(await post(vault.stranger, "/sign-in", person)) });
      const holder = await vault.signIn(await newPerson(vault));
      const { key } = await addPasskey(holder.with(HERE));
      passkey = vault.stranger.with(HERE);
      prove = async () => JSON.stringify(await signature(passkey, key));
    }, PATIENCE_MS);

    const HTMX = { "hx-request": "true" };
    const query = (next: string) => new URLSearchParams({ next: next.toWellFormed() }).toString();
    /** Each takes an address and answers with a way on, or with a page that holds one. */
    const PLACES: [what: string, go: (next: string) => Promise<Answer>][] = [
      ["the sign-in page, when signed in", (next) => session.get(`/sign-in?${query(next)}`)],
      ["the sign-in page's form", (next) => vault.stranger.get(`/sign-in?${query(next)}`)],
      ["a sign-in that is refused", (next) => post(vault.stranger, "/sign-in", { email: "x", password: "", next })],
      ["the second step's form", (next) => half.get(`/sign-in/second-factor?${query(next)}`)],
      ["the second step for nobody", (next) => vault.stranger.get(`/sign-in/second-factor?${query(next)}`)],
      ["the second step, refused", (next) => post(half, "/sign-in/second-factor", { code: "", next })],
      ["the second step, sent by nobody", (next) => post(vault.stranger, "/sign-in/second-factor", { next }, HTMX)],
      ["a passkey, refused", (next) => post(vault.stranger, "/sign-in/passkey", { response: "{}", next })],
      ["the theme", (next) => post(vault.stranger, "/theme", { theme: "dark", next })],
      ["the theme, signed in", (next) => post(session, "/theme", { theme: "dark", next })],
      ["the proof's form", (next) => session.get(`/confirm?${query(next)}`)],
      ["a proof, refused", (next) => post(session, `/confirm?${query(next)}`, { password: "" })],
      ["a proof by passkey, asked for", (next) => session.get(`/confirm/passkey?${query(next)}`)],
      ["a proof by passkey, refused", (next) => post(session, `/confirm/passkey?${query(next)}`, { response: "{}" })],
      [
        "where htmx says it is",
        (next) => vault.stranger.get("/keys", { ...HTMX, "hx-current-url": header(`${vault.url}${next}`) }),
      ],
      [
        "where htmx says it is, alone",
        (next) => vault.stranger.get("/keys", { ...HTMX, "hx-current-url": header(next) }),
      ],
      ["the page that asked", (next) => vault.stranger.get("/keys", { referer: header(next) })],
    ];

    /** These do what they are asked, so each shape that the others have in common is tried once. */
    const DONE: [what: string, go: (next: string) => Promise<Answer>][] = [
      ["a sign-in", (next) => post(vault.stranger, "/sign-in", { ...OWNER, next })],
      ["a sign-in by htmx", (next) => post(vault.stranger, "/sign-in", { ...OWNER, next }, HTMX)],
      [
        "a proof",
        async (next) => {
          const answer = await post(session, `/confirm?${query(next)}`, { password: OWNER.password });
          session = session.with({ cookie: cookiesOf(answer) });
          return answer;
        },
      ],
      ["a passkey", async (next) => post(passkey, "/sign-in/passkey", { response: await prove(), next })],
    ];

    /** Every address in an answer that somebody follows without having chosen it. */
    const waysOn = ({ headers, text }: Answer) => [
      ...["location", "hx-redirect", "hx-location", "refresh", "hx-push-url"].flatMap(
        (name) => headers.get(name) ?? [],
      ),
      ...[...text.matchAll(/name="next" value="([^"]*)"/g)].map(([, value = ""]) => unescaped(value)),
      ...[...text.matchAll(/(?:href|action|formaction)="([^"]*)"/g)].map(([, value = ""]) => unescaped(value)),
    ];

    const HOME = `http://${HERE.host}`;
    // What it takes along in turn, such as the sign-in page's `next`, is looked at where it is followed.
    const staysHere = (way: string) => expect(new URL(way, HOME).origin).toBe(HOME);

    const expectToStay = (answer: Answer) => {
      expect(answer.status).toBeLessThan(500);
      expect(answer.headers.get("set-cookie") ?? "").not.toContain(EVIL);
      for (const way of waysOn(answer)) staysHere(way);
    };

    test("leads to no other host, wherever one is taken", async (attempt) => {
      for (const [what, go] of PLACES) {
        await attempt(`${what}: it does take one`, async () => {
          const answer = await go("/keys?search=x");
          const all = waysOn(answer).join(" ");
          expect(decodeURIComponent(all)).toContain("/keys");
        });
        for (const shape of SHAPES) {
          await attempt(`${what}: ${JSON.stringify(shape)}`, async () => expectToStay(await go(shape)));
        }
      }
    });

    test("leads to no other host once it is followed", async (attempt) => {
      for (const [at, shape] of SHAPES.entries()) {
        const [what, go] = DONE[at % DONE.length] as (typeof DONE)[number];
        await attempt(`${what}: ${JSON.stringify(shape)}`, async () => {
          const answer = await go(shape);
          // What no form may hold is refused, and leads nowhere.
          expect(shape.includes("\0") ? [400] : [200, 303]).toContain(answer.status);
          expect(waysOn(answer).length).toBeGreaterThan(0);
          expectToStay(answer);
        });
      }
      await attempt("the second step", async () => {
        const answer = await post(half, "/sign-in/second-factor", { code: await recover(), next: `//${EVIL}` });
        expect([answer.status, answer.headers.get("location")]).toEqual([303, "/"]);
      });
      for (const [what, go] of DONE) {
        await attempt(`${what}: a path of our own is followed`, async () => {
          const answer = await go("/keys?search=x");
          expect(answer.headers.get("location") ?? answer.headers.get("hx-redirect")).toBe("/keys?search=x");
        });
      }
    });

    test("is none when it is the address itself that was asked for", async (attempt) => {
      for (const path of [
        `//${EVIL}/keys`,
        `//${EVIL}`,
        `/\\${EVIL}`,
        `/.//${EVIL}`,
        `/keys//${EVIL}`,
        `/%2f%2f${EVIL}`,
        `///${EVIL}/..`,
      ]) {
        for (const by of [vault.stranger, session]) {
          await attempt(path, async () => expectToStay(await by.get(path)));
        }
      }
    });
  },
  WITH_PASSKEYS,
);

/** What `fetch` lets into a header. */
function header(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
  return text.replace(/[\u0000-\u001f\u007f-\uffff]/g, (sign) => encodeURIComponent(sign.toWellFormed()));
}

function unescaped(text: string): string {
  return text.replaceAll("&amp;", "&").replaceAll("&#34;", '"').replaceAll("&#39;", "'").replaceAll("&quot;", '"');
}
