import { afterAll, beforeAll, expect, test } from "bun:test";
import { createKeyring } from "../../../src/crypto/keyring.ts";
import { type KeptSecrets, keepSecrets } from "../../../src/features/two-factor/draft.ts";
import type { TwoFactor } from "../../../src/features/two-factor/model.ts";
import type { Kagi } from "../../../src/kagi.ts";
import { urls } from "../../../views/urls.ts";
import type { Client } from "../../support/client.ts";
import { type Inside, inside } from "../../support/inside.ts";
import { fresh, newTwoFactor, onEachEngine } from "../../support/vault.ts";

const SECRET = "MZXW6YTBOJUWU23MNU4TSMRSGM2DKNRX";
const OTHER_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
/** As many accounts as one import takes. */
const MOST = 990;

const linkOf = (service: string, secret = SECRET) =>
  `otpauth://totp/${encodeURIComponent(service)}:ada?secret=${secret}&issuer=${encodeURIComponent(service)}`;

const post = (by: Client, path: string, fields: Record<string, string | readonly string[] | undefined>) => {
  const raw = new FormData();
  for (const [name, values] of Object.entries(fields))
    for (const value of [values ?? []].flat()) raw.append(name, value);
  return by.send("POST", path, { raw });
};
const keptIn = (text: string) => /name="kept" value="([^"]*)"/.exec(text)?.[1] ?? "";
const find = async (by: Client, search: string) =>
  (await by.get<TwoFactor[]>(`/api/2fa?search=${encodeURIComponent(search)}`)).body;

onEachEngine("the pages of second factors", (vault) => {
  let here: Inside;
  beforeAll(() => {
    here = inside(vault);
  });
  afterAll(() => here.close());

  const DAMAGES: [how: string, damaged: (secrets: KeptSecrets) => Promise<string>][] = [
    ["too old", (secrets) => keep(secrets, { now: () => new Date(Date.now() - 61 * 60 * 1000) })],
    ["of another key", (secrets) => keep(secrets, { keyring: createKeyring("5a".repeat(32)) })],
    ["of somebody else", async (secrets) => keep(secrets, {}, await vault.other)],
    ["tampered with", async (secrets) => (await keep(secrets)).replace(/:(.)/, (_, c) => (c === "A" ? ":B" : ":A"))],
    ["no sealed text", async () => "x"],
  ];
  const keep = async (secrets: KeptSecrets, change: Partial<Kagi> = {}, by = vault.owner) =>
    keepSecrets({ ...here.kagi, ...change }, await here.actorOf(by), secrets);
  const LOST = "can no longer be opened";

  test.each(DAMAGES)("refuse to save without a new key when the form's draft is %s", async (_how, damaged) => {
    const item = await newTwoFactor(vault.owner, { service: fresh("Draft"), secret: SECRET });
    const kept = await damaged({ secret: OTHER_SECRET });
    const fields = { kept, service: `${item.service} anew`, accountName: "grace", notes: "of the team" };
    for (const step of [{}, { step: "check" }]) {
      const answer = await post(vault.owner, urls.editTwoFactor(item.id), { ...fields, ...step });
      expect(answer.status).toBe(400);
      expect(answer.text).toContain(LOST);
      expect(answer.text).toContain("Enter the key and the recovery codes again");
      for (const typed of [fields.service, "grace", "of the team"]) expect(answer.text).toContain(typed);
      expect(keptIn(answer.text)).toBe("");
    }
    expect((await vault.owner.get(`/api/2fa/${item.id}`)).body).toEqual(item);
  });

  test.each(DAMAGES)("refuse to add half of what was typed when the form's draft is %s", async (_how, damaged) => {
    const service = fresh("Half");
    const kept = await damaged({ recoveryText: "a1b2c-3d4e5" });
    const fields = { kept, service, accountName: "ada", secret: SECRET };
    const answer = await post(vault.owner, urls.newTwoFactor, fields);
    expect(answer.status).toBe(400);
    expect(answer.text).toContain(LOST);
    expect(answer.text).not.toContain(SECRET);
    expect(await find(vault.owner, service)).toEqual([]);
    // What was typed beside it is still there, and goes on with what is typed now.
    const again = { ...fields, secret: "", kept: keptIn(answer.text), recoveryCodes: "a1b2c-3d4e5" };
    expect((await post(vault.owner, urls.newTwoFactor, again)).status).toBe(303);
    expect(await find(vault.owner, service)).toMatchObject([{ hasSecret: true, recoveryCodesTotal: 1 }]);
  });

  test.each(DAMAGES)("refuse to import when the form's draft is %s", async (_how, damaged) => {
    const [lost, typed] = [fresh("Lost"), fresh("Typed")];
    const kept = await damaged({ links: [linkOf(lost)] });
    for (const links of ["", linkOf(typed)]) {
      const answer = await post(vault.owner, urls.importTwoFactors, { kept, links, pick: "0" });
      expect(answer.status).toBe(400);
      expect(answer.text).toContain(LOST);
      expect(answer.text).toContain("Add the pictures or links again");
      expect(answer.text.includes(typed)).toBe(links !== "");
    }
    expect(await find(vault.owner, lost)).toEqual([]);
    expect(await find(vault.owner, typed)).toEqual([]);
  });

  test("use one recovery code for ten forms that saw the same number left", async () => {
    for (let round = 0; round < 3; round++) {
      const codes = Array.from({ length: 4 }, (_, at) => `${at}a2b3-c4d5e`);
      const { id } = await newTwoFactor(vault.owner, { recoveryCodes: codes });
      const path = urls.useRecoveryCode(id);
      const answers = await Promise.all(Array.from({ length: 10 }, () => post(vault.owner, path, { left: "4" })));
      expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(9).fill(409)]);
      const shown = (text: string) => codes.filter((code) => text.includes(code));
      for (const { status, text } of answers) {
        expect(shown(text)).toEqual(status === 200 ? [codes[0] as string] : []);
        if (status === 409) expect(text).toContain("Nothing was used now");
        if (status === 409) expect(text).toContain('name="left" value="3"');
      }
      expect((await vault.owner.get(`/api/2fa/${id}`)).body).toMatchObject({ recoveryCodesUsed: 1 });
    }
  });

  test("refuse more links than an import holds, on both forms", async () => {
    const before = await find(vault.owner, "");
    const links = Array.from({ length: 50_000 }, (_, at) => `otpauth://totp/${at.toString(36)}?secret=JBSWY3DP`);
    for (const [path, field] of [
      [urls.importTwoFactors, "links"],
      [urls.newTwoFactor, "secret"],
    ] as const) {
      const answer = await post(vault.owner, path, { [field]: links.join("\n") });
      expect(answer.status).toBe(400);
      expect(answer.text).toContain(`at most ${MOST}`);
    }
    expect(await find(vault.owner, "")).toEqual(before);
  });

  test("import the most accounts through their own form, and say what the most is", async () => {
    const by = await vault.other;
    const links = Array.from({ length: MOST }, (_, at) => linkOf(`Many ${at}`));
    const tooMany = await post(by, urls.importTwoFactors, { links: [...links, linkOf("One more")].join("\n") });
    expect(tooMany.status).toBe(400);
    expect(tooMany.text).toContain(`at most ${MOST}`);
    const read = await post(by, urls.importTwoFactors, { links: links.join("\n"), step: "read" });
    expect(read.status).toBe(200);
    const picks = [...read.text.matchAll(/name="pick" value="(\d+)"/g)].map(([, at]) => at as string);
    expect(picks).toHaveLength(MOST);
    const form = { kept: keptIn(read.text), links: "", pick: picks };
    expect((await post(by, urls.importTwoFactors, form)).status).toBe(303);
    expect(await find(by, "Many")).toHaveLength(MOST);
  });

  test("refuse links whose draft would not fit through the form", async () => {
    const links = Array.from({ length: 500 }, (_, at) => `${linkOf(`Long ${at}`)}&x=${"x".repeat(3000)}`);
    const answer = await post(vault.owner, urls.importTwoFactors, { links: links.join("\n") });
    expect(answer.status).toBe(400);
    expect(answer.text).toContain("at most 1 MiB");
  });

  test("show of a recovery code its ends at most, and nothing of what was left out", async () => {
    const preview = async (recoveryCodes: string) =>
      (await post(vault.owner, urls.recoveryPreview, { recoveryCodes })).text;
    const mixed = await preview("a1b2c-3d4e5\nf6a7b-8c9d0\nalphabravo-charliedelta\nmine is foxtrot golf");
    expect(mixed).toContain("a1•••••••e5");
    expect(mixed).toContain("2 other parts");
    for (const word of ["alphabravo", "charlie", "foxtrot", "golf", "mine"]) expect(mixed).not.toContain(word);
    const letters = await preview("1. qwertzui\n2. asdfghjk");
    expect(letters).toContain("qw••••ui");
    for (const code of ["qwertzui", "asdfghjk"]) expect(letters).not.toContain(code);
    const short = await preview("123456\n234567\n3456789");
    expect(short.match(/•+/g)).toEqual(["••••••", "••••••", "•••••••"]);
    expect(short).not.toMatch(/>\d+•|•\d/);
    const form = { recoveryCodes: "alphabravo-charliedelta", service: fresh("Shown"), accountName: "ada" };
    for (const step of [{}, { step: "check" }]) {
      expect((await post(vault.owner, urls.newTwoFactor, { ...form, ...step })).text).not.toContain("alphabravo");
    }
  });

  test("refuse a text that is too long to be looked through, whatever is done with it", async () => {
    const item = await newTwoFactor(vault.owner, { recoveryCodes: ["stays-here1"] });
    const service = fresh("Endless");
    const fields = {
      service,
      accountName: "ada",
      secret: SECRET,
      recoveryCodes: `a1b2c-3d4e5\n${"x ".repeat(50_000)}`,
    };
    const preview = await post(vault.owner, urls.recoveryPreview, fields);
    expect(preview.status).toBe(400);
    expect(preview.text).toMatch(/longer than [\d,]+ characters/);
    for (const path of [urls.newTwoFactor, urls.editTwoFactor(item.id)]) {
      for (const more of [{}, { step: "check" }, { step: "read" }, { service: "" }]) {
        const answer = await post(vault.owner, path, { ...fields, ...more });
        expect(answer.status).toBe(400);
        expect(answer.text).toMatch(/longer than [\d,]+ characters/);
      }
    }
    expect(await find(vault.owner, service)).toEqual([]);
    expect((await vault.owner.get(`/api/2fa/${item.id}`)).body).toEqual(item);
  });

  test("know an account again by its folded name", async () => {
    const { service } = await newTwoFactor(vault.owner, { service: fresh("ﬁle Ｓtore"), accountName: "ada" });
    const answer = await post(vault.owner, urls.importTwoFactors, {
      links: linkOf(service.normalize("NFKC").toUpperCase()),
    });
    expect(answer.text).toContain("You have one of this name already.");
  });
});
