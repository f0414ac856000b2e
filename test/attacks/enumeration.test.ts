import { beforeAll, expect } from "bun:test";
import { type Answer, cookiesOf } from "../support/client.ts";
import { addPasskey, enrol, newPerson, WITH_PASSKEYS } from "../support/factors.ts";
import { OWNER, PATIENCE_MS, refused } from "../support/vault.ts";
import { post } from "./pages.ts";
import { attacks, onOneVault } from "./tries.ts";

const test = attacks("user enumeration");

const SIGN_IN = "/api/auth/sign-in/email";
const PASSWORD = "not-the-password-77";
const NOBODY = "nobody@example.com";

onOneVault(
  "who has an account",
  (vault) => {
    /** By what is known of each: that there is such an account, and of what kind. */
    const emails: Record<string, string> = { "an account": OWNER.email };
    beforeAll(async () => {
      const [locked, guarded, keyed] = [await newPerson(vault), await newPerson(vault), await newPerson(vault)];
      await vault.command(["user", "disable", locked.email]);
      await enrol(await vault.signIn(guarded));
      await addPasskey(await vault.signIn(keyed));
      Object.assign(emails, {
        "a locked account": locked.email,
        "an account with an app": guarded.email,
        "an account with a passkey": keyed.email,
        "an account in other letters": OWNER.email.toUpperCase(),
      });
    }, PATIENCE_MS);
    const forgive = () => vault.storage.rows("DELETE FROM throttles RETURNING key");
    const guess = (email: string, password = PASSWORD) => vault.stranger.post(SIGN_IN, { email, password });

    /** All that tells one answer from another, but for what is new in each and for the name that was typed. */
    const told = ({ status, headers, text }: Answer, email: string) => ({
      status,
      headers: [...headers]
        .filter(([name]) => !["date", "x-request-id", "content-length"].includes(name))
        .map(([name, value]) => `${name}: ${value}`),
      text: text.replaceAll(email, "E-MAIL").replace(/[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f-]{22}/g, ""),
    });

    const ASKS: [what: string, ask: (email: string) => Promise<Answer>][] = [
      ["a sign-in at the API", (email) => guess(email)],
      ["a sign-in with a code", (email) => vault.stranger.post(SIGN_IN, { email, password: PASSWORD, code: "123456" })],
      ["a sign-in on the page", (email) => post(vault.stranger, "/sign-in", { email, password: PASSWORD })],
      [
        "a sign-in by htmx",
        (email) => post(vault.stranger, "/sign-in", { email, password: PASSWORD }, { "hx-request": "true" }),
      ],
      ["an empty password", (email) => post(vault.stranger, "/sign-in", { email, password: "" })],
      ["a password that is far too long", (email) => guess(email, "x".repeat(2000))],
    ];

    test("is not told by what is answered", async (attempt) => {
      for (const [what, ask] of ASKS) {
        await forgive();
        const nobody = told(await ask(NOBODY), NOBODY);
        expect(nobody.status).toBeOneOf([400, 401]);
        for (const [kind, email] of Object.entries(emails)) {
          await attempt(`${what}, for ${kind}`, async () => {
            await forgive();
            expect(told(await ask(email), email)).toEqual(nobody);
          });
        }
      }
    });

    test("is not told by how soon one is throttled, nor by what is answered then", async (attempt) => {
      const until = async (email: string) => {
        await forgive();
        for (let tries = 0; tries < 40; tries += 1) {
          // What is refused before the password is looked at costs nothing.
          const answer = await guess(email);
          if (answer.status === 429) return { tries, answer: { ...told(answer, email), text: "" } };
        }
        throw new Error("nothing limits the tries");
      };
      const nobody = await until(NOBODY);
      for (const [kind, email] of Object.entries(emails).slice(0, 1)) {
        await attempt(kind, async () => {
          const { tries, answer } = await until(email);
          expect(tries).toBe(nobody.tries);
          const plain = (headers: string[]) => headers.filter((line) => !line.startsWith("retry-after"));
          expect({ ...answer, headers: plain(answer.headers) }).toEqual({
            ...nobody.answer,
            headers: plain(nobody.answer.headers),
          });
        });
      }
      await forgive();
    });

    test("is not told by pages and questions that anybody gets", async (attempt) => {
      for (const [kind, email] of Object.entries(emails)) {
        for (const [what, ask] of [
          [
            "the question for a passkey",
            () =>
              vault.stranger.post<{ challenge: string }>("/api/auth/sign-in/passkey/options", undefined, {
                cookie: `email=${email}`,
              }),
          ],
          ["the sign-in page", () => vault.stranger.get(`/sign-in?email=${encodeURIComponent(email)}`)],
          ["the set-up page", () => vault.stranger.get(`/setup?email=${encodeURIComponent(email)}`)],
          ["making one", () => post(vault.stranger, "/setup", { email, password: PASSWORD, name: "x" })],
        ] as const) {
          await attempt(`${what}, for ${kind}`, async () => {
            const { text, headers } = await ask();
            expect(text.replaceAll(encodeURIComponent(email), "")).not.toContain(email);
            expect(headers.getSetCookie()).toEqual([]);
            if (what.startsWith("the question")) expect(JSON.parse(text)).toMatchObject({ allowCredentials: [] });
          });
        }
      }
      await attempt("that a factor is missing is said after the right password alone", async () => {
        await forgive();
        const email = emails["an account with an app"] ?? "";
        const wrong = await vault.stranger.post(SIGN_IN, { email, password: PASSWORD });
        expect(wrong).toMatchObject(refused(401, "AUTH_INVALID_CREDENTIALS"));
        expect(cookiesOf(await post(vault.stranger, "/sign-in", { email, password: PASSWORD }))).toBe("");
      });
      await attempt(
        "by a person to another: an address that is taken is said to whoever has proven who they are",
        async () => {
          await forgive();
          const person = await newPerson(vault);
          const by = await vault.signIn(person);
          const unproven = await post(by, "/settings/email", { email: OWNER.email, currentPassword: PASSWORD });
          const unknown = await post(by, "/settings/email", { email: NOBODY, currentPassword: PASSWORD });
          expect([unproven.status, unknown.status]).toEqual([401, 401]);
        },
      );
    });

    /**
     * The one measurement of time in these tests: what is compared was measured in turns, by the middle of many, and with
     * a wide margin, so that a busy machine slows both alike. Without the same work, the answer for nobody would come
     * some tens of times sooner.
     */
    test("is not told by how long an answer takes", async (attempt) => {
      const ROUNDS = 9;
      const KINDS = ["an account", "a locked account", "an account with an app"];
      const times = new Map<string, number[]>([NOBODY, ...KINDS].map((kind) => [kind, []]));
      for (let round = 0; round < ROUNDS; round += 1) {
        await forgive();
        const order = [...times.keys()];
        // Another goes first each time.
        for (const kind of [...order.slice(round % order.length), ...order.slice(0, round % order.length)]) {
          const began = performance.now();
          const answer = await guess(emails[kind] ?? `${round}${NOBODY}`);
          times.get(kind)?.push(performance.now() - began);
          expect(answer.status).toBe(401);
        }
      }
      const median = (all: number[]) => all.sort((a, b) => a - b)[Math.floor(all.length / 2)] ?? 0;
      const nobody = median(times.get(NOBODY) ?? []);
      for (const kind of KINDS) {
        await attempt(`${ROUNDS} times for ${kind}`, () => {
          const ratio = median(times.get(kind) ?? []) / nobody;
          expect(ratio).toBeGreaterThan(1 / 3);
          expect(ratio).toBeLessThan(3);
        });
      }
    });
  },
  WITH_PASSKEYS,
);
