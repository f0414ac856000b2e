import { beforeAll, expect } from "bun:test";
import { type Answer, cookiesOf } from "../support/client.ts";
import { enrol, newPerson } from "../support/factors.ts";
import { OWNER, PATIENCE_MS, refused } from "../support/vault.ts";
import { post } from "./pages.ts";
import { attacks, onOneVault } from "./tries.ts";

const test = attacks("throttle bypass");

const SIGN_IN = "/api/auth/sign-in/email";
const limited = refused(429, "RATE_LIMITED", { error: "Too many attempts" });

/** Where a proxy, or somebody who says that they are one, writes whom a request is from. */
const NAMES = [
  "x-forwarded-for",
  "x-forwarded",
  "forwarded-for",
  "forwarded",
  "x-real-ip",
  "x-client-ip",
  "client-ip",
  "x-cluster-client-ip",
  "true-client-ip",
  "cf-connecting-ip",
  "cf-connecting-ipv6",
  "fastly-client-ip",
  "x-originating-ip",
  "x-remote-ip",
  "x-remote-addr",
  "x-envoy-external-address",
  "x-azure-clientip",
  "x-appengine-user-ip",
  "via",
  "x-host",
  "x-forwarded-host",
  "x-forwarded-proto",
  "user-agent",
  "accept-language",
  "referer",
  "x-request-id",
  "x-device-id",
  "cookie",
];
const valueFor = (name: string, at: number) => {
  const address = `198.51.${at % 256}.${(at * 7) % 256}`;
  if (name === "forwarded") return `for=${address}`;
  if (name === "via") return `1.1 ${address}`;
  if (name === "cookie")
    return `kagi_device=${String(at).padStart(43, "A")}; kagi_session=${String(at).padStart(43, "B")}`;
  if (name === "cf-connecting-ipv6") return `2001:db8:${at}::1`;
  return address;
};
const every = (at: number) => Object.fromEntries(NAMES.map((name) => [name, valueFor(name, at)]));

onOneVault("the throttle of sign-ins", (vault) => {
  const guess = (email: string, headers: Record<string, string> = {}) =>
    vault.stranger.post(SIGN_IN, { email, password: "not the password" }, headers);
  const forgive = () => vault.storage.rows("DELETE FROM throttles RETURNING key");
  /** Uses the tries of an account up without the work of looking at ten passwords. */
  const useUp = async (email: string) => {
    await forgive();
    await guess(email);
    await vault.storage.rows("UPDATE throttles SET tries = 1000 WHERE key LIKE 'account:%' RETURNING key");
    expect(await guess(email)).toMatchObject(limited);
  };

  test("does not fall to a rotating X-Forwarded-For, nor to any other header", async (attempt) => {
    await attempt("all of them, another each time", async () => {
      await forgive();
      let let_by = 0;
      for (let at = 0; at < 40; at += 1) {
        const answer = await guess(`user${at}@example.com`, every(at));
        if (answer.status === 401) let_by += 1;
        else expect(answer).toMatchObject(limited);
      }
      expect(let_by).toBe(30);
    });
    for (const name of NAMES) {
      await attempt(`an address that has used its tries up, behind ${name}`, async () => {
        for (let at = 0; at < 10; at += 1)
          expect(await guess(`more${at}@example.com`, { [name]: valueFor(name, at) })).toMatchObject(limited);
      });
    }
    await attempt("the page counts with the API", async () => {
      const answer = await post(vault.stranger, "/sign-in", { email: "page@example.com", password: "x" }, every(99));
      expect([answer.status, Number(answer.headers.get("retry-after")) > 0]).toEqual([429, true]);
    });
  });

  test("counts an account under each of its spellings", async (attempt) => {
    await useUp(OWNER.email);
    await vault.storage.rows("DELETE FROM throttles WHERE key LIKE 'address:%' RETURNING key");
    for (const email of [
      OWNER.email.toUpperCase(),
      ` ${OWNER.email}`,
      `${OWNER.email}\n`,
      `\t${OWNER.email}  `,
      OWNER.email.replace("a", "ａ"),
      OWNER.email.replace("@", "＠"),
      OWNER.email.normalize("NFD"),
      OWNER.email.replace("example", "EXAMPLE"),
    ]) {
      for (const at of [1, 2]) {
        await attempt(`${JSON.stringify(email)}, behind forged headers`, async () => {
          const headers = every(at);
          expect((await guess(email, headers)).status).toBeOneOf([400, 429]);
          expect((await vault.stranger.post(SIGN_IN, { ...OWNER, email }, headers)).status).toBeOneOf([400, 429]);
        });
      }
    }
  });

  test("lets no more by when many ask at once", async (attempt) => {
    await attempt("a hundred at an account", async () => {
      await forgive();
      const answers = await Promise.all(Array.from({ length: 100 }, (_, at) => guess("raced@example.com", every(at))));
      expect(answers.filter(({ status }) => status === 401).length).toBe(10);
      expect(answers.filter(({ status }) => status === 429).length).toBe(90);
    });
  });

  test("is not reset by a success at another account, nor by signing out", async (attempt) => {
    const person = await newPerson(vault);
    await useUp(OWNER.email);
    await attempt("a success elsewhere", async () => {
      expect((await vault.stranger.post(SIGN_IN, person)).status).toBe(200);
      expect(await guess(OWNER.email)).toMatchObject(limited);
    });
    await attempt("a known browser of somebody else", async () => {
      const { cookie = "" } = (await vault.signIn(person)).headers;
      expect(await guess(OWNER.email, { cookie })).toMatchObject(limited);
    });
    await attempt("a sign-out", async () => {
      await (await vault.signIn(person)).post("/api/auth/sign-out");
      expect(await guess(OWNER.email)).toMatchObject(limited);
    });
    await attempt("a restart", async () => {
      await vault.restart("kill");
      expect(await guess(OWNER.email)).toMatchObject(limited);
    });
  });
});

onOneVault("the throttle of codes and proofs", (vault) => {
  let person: { email: string; password: string };
  let recoveryCodes: string[];
  beforeAll(async () => {
    person = await newPerson(vault);
    ({ recoveryCodes } = await enrol(await vault.signIn(person)));
  }, PATIENCE_MS);

  test("of an account's codes is not reset by beginning again", async (attempt) => {
    const send = async (code: string, at: number) => {
      const headers = every(at);
      const { cookie: _, ...rest } = headers;
      if (at % 2 === 0) return vault.stranger.post(SIGN_IN, { ...person, code }, rest);
      const first = await post(vault.stranger, "/sign-in", person, rest);
      return post(vault.stranger, "/sign-in/second-factor", { code }, { ...rest, cookie: cookiesOf(first) });
    };
    const answers: Answer[] = [];
    await attempt("twelve wrong codes, from as many addresses and beginnings", async () => {
      for (let at = 0; at < 12; at += 1) answers.push(await send("000000", at));
      expect(answers.map(({ status }) => status)).toEqual([...Array(5).fill(401), ...Array(7).fill(429)]);
    });
    await attempt("and then a right one", async () =>
      expect((await send(recoveryCodes[0] ?? "", 20)).status).toBe(429),
    );
    await attempt("on the page as well", async () => expect((await send(recoveryCodes[0] ?? "", 21)).status).toBe(429));
  });

  test("of a session's proofs is not reset by another form", async (attempt) => {
    const session = await vault.signIn();
    const wrong = "guess-guess-guess";
    const forms: ((at: number) => Promise<Answer>)[] = [
      (at) =>
        session.post("/api/auth/confirm", { password: wrong }, { ...every(at), cookie: session.headers.cookie ?? "" }),
      () => post(session, "/confirm", { password: wrong }),
      () => post(session, "/settings/email", { email: "x@example.com", currentPassword: wrong }),
      () => post(session, "/settings/password", { currentPassword: wrong, password: "tuba-lantern-moss-43" }),
    ];
    await attempt("sixteen wrong passwords", async () => {
      const statuses: number[] = [];
      for (let at = 0; at < 16; at += 1)
        statuses.push((await (forms[at % forms.length] as (typeof forms)[number])(at)).status);
      expect(statuses).toEqual([...Array(10).fill(401), ...Array(6).fill(429)]);
    });
    await attempt("and then the right one", async () =>
      expect((await session.post("/api/auth/confirm", { password: OWNER.password })).status).toBe(429),
    );
    await attempt("while the person goes on elsewhere", async () =>
      expect((await (await vault.signIn()).post("/api/auth/confirm", { password: OWNER.password })).status).toBe(200),
    );
  });
});

onOneVault(
  "the throttle behind a proxy that is trusted",
  (vault) => {
    test("counts the address that the proxy wrote, whatever stands to its left", async (attempt) => {
      const forms = (at: number) => [
        `198.51.100.${at}, 203.0.113.7`,
        `203.0.113.7`,
        `::ffff:203.0.113.7`,
        `, ,203.0.113.7`,
        `unknown, 203.0.113.7`,
        `203.0.113.7 `,
        `198.51.100.${at},198.51.100.${at}, 203.0.113.7, 127.0.0.1`,
      ];
      await attempt("one, in each spelling", async () => {
        const all = forms(1);
        for (const [at, form] of all.entries()) {
          const header = { "x-forwarded-for": form, "x-real-ip": `198.51.100.${at}` };
          const answer = await vault.stranger.post(SIGN_IN, { email: `u${at}@example.com`, password: "x" }, header);
          expect(answer.status).toBe(401);
        }
        const rows = await vault.storage.rows("SELECT tries FROM throttles WHERE key = 'address:203.0.113.7'");
        expect(rows).toEqual([{ tries: all.length }]);
        await vault.storage.rows("UPDATE throttles SET tries = 30 WHERE key LIKE 'address:%' RETURNING key");
      });
      for (const form of forms(77)) {
        await attempt(form, async () => {
          const answer = await vault.stranger.post(
            SIGN_IN,
            { email: "z@example.com", password: "x" },
            { "x-forwarded-for": form },
          );
          expect(answer).toMatchObject(limited);
        });
      }
      await attempt("while another address goes on", async () => {
        const header = { "x-forwarded-for": "203.0.113.8" };
        expect((await vault.stranger.post(SIGN_IN, { email: "z@example.com", password: "x" }, header)).status).toBe(
          401,
        );
      });
    });
  },
  { KAGI_TRUSTED_PROXIES: "127.0.0.0/8,::1" },
);
