import { beforeAll, describe, expect, test } from "bun:test";
import { newCategory, newEntry, newEnvFile, newEnvProject, newTwoFactor, onEachEngine } from "../../support/vault.ts";

/** What is typed, and what the first line of the answer says. */
const FIRST: readonly (readonly [typed: string, first: string])[] = [
  ["OpenAI", "OpenAI OPENAI_API_KEY Simple"],
  ["openai", "OpenAI OPENAI_API_KEY Simple"],
  ["OPENAI", "OpenAI OPENAI_API_KEY Simple"],
  ["open ai", "OpenAI OPENAI_API_KEY Simple"],
  ["open", "OpenAI OPENAI_API_KEY Simple"],
  ["ope", "OpenAI OPENAI_API_KEY Simple"],
  ["opnai", "OpenAI OPENAI_API_KEY Simple"],
  ["openia", "OpenAI OPENAI_API_KEY Simple"],
  ["opemai", "OpenAI OPENAI_API_KEY Simple"],
  ["poenai", "OpenAI OPENAI_API_KEY Simple"],
  ["openaii", "OpenAI OPENAI_API_KEY Simple"],
  ["OPENAI_API_KEY", "OpenAI OPENAI_API_KEY Simple"],
  ["openai blog", "Blog OpenAI Production"],
  ["blog openai", "Blog OpenAI Production"],
  ["blog openai staging", "Blog OpenAI Staging"],
  ["staging openai", "Blog OpenAI Staging"],
  ["blgo openai", "Blog OpenAI Production"],
  ["openai blog stage", "Blog OpenAI Staging"],
  ["openai blog prod", "Blog OpenAI Production"],
  ["blog", "Blog OpenAI Production"],
  ["stripe", "Stripe STRIPE_SECRET_KEY, STRIPE_WEBHOOK_SECRET Group"],
  ["strpe", "Stripe STRIPE_SECRET_KEY, STRIPE_WEBHOOK_SECRET Group"],
  ["tsripe", "Stripe STRIPE_SECRET_KEY, STRIPE_WEBHOOK_SECRET Group"],
  ["webhook secret", "Stripe STRIPE_SECRET_KEY, STRIPE_WEBHOOK_SECRET Group"],
  ["stripe_webhook_secret", "Stripe STRIPE_SECRET_KEY, STRIPE_WEBHOOK_SECRET Group"],
  ["shop", "Shop Stripe Production"],
  ["shopify", "Shopify SHOPIFY_TOKEN Simple"],
  ["recipe finder", "Recipe finder Stripe Development"],
  ["recipefinder", "Recipe finder Stripe Development"],
  ["finder recipe", "Recipe finder Stripe Development"],
  ["rceipe fnider", "Recipe finder Stripe Development"],
  ["recipefindr", "Recipe finder Stripe Development"],
  ["cafe", "Café Zürich CAFE_TOKEN Simple"],
  ["CAFÉ", "Café Zürich CAFE_TOKEN Simple"],
  ["zurich", "Café Zürich CAFE_TOKEN Simple"],
  ["zuerich", "Café Zürich CAFE_TOKEN Simple"],
  ["github", "GitHub ada@example.com 2FA"],
  ["gihub", "GitHub ada@example.com 2FA"],
  ["gtihub", "GitHub ada@example.com 2FA"],
  ["ada@example.com", "GitHub ada@example.com 2FA"],
  ["nmp", "npm eve 2FA"],
  ["warehouse", "Warehouse .env .env.production Env project"],
  ["warehouse production", ".env.production Warehouse Env file"],
  ["ware .env.production", ".env.production Warehouse Env file"],
  ["warehosue", "Warehouse .env .env.production Env project"],
  ["settings", "Settings"],
  ["setings", "Settings"],
  ["access", "Access keys"],
  ["2fa", "2FA"],
  ["dark", "Dark theme"],
  ["logout", "Sign out"],
  ["new category", "New category"],
  ["new entry stripe", "New entry in Stripe"],
  ["add stripe", "New entry in Stripe"],
  ["copy openai blog staging", "Copy OPENAI_API_KEY of OpenAI · Blog · staging"],
  ["copy stripe shop", "Copy STRIPE_SECRET_KEY of Stripe · Shop · production"],
  ["reveal shop stripe", "Reveal Stripe · Shop · production"],
  ["copy github", "Copy the code of GitHub ada@example.com"],
  ["<b>bold</b>", "<b>Bold</b> & co BOLD_KEY Simple"],
];

onEachEngine("search everywhere", (vault) => {
  beforeAll(async () => {
    const { owner } = vault;
    const simple = (name: string, envVarName: string, more = {}) => newCategory(owner, { name, envVarName, ...more });
    const openai = await simple("OpenAI", "OPENAI_API_KEY", { description: "plantedindescription" });
    await simple("Shopify", "SHOPIFY_TOKEN");
    await simple("Café Zürich", "CAFE_TOKEN");
    await simple("<b>Bold</b> & co", "BOLD_KEY");
    const stripe = await newCategory(owner, {
      name: "Stripe",
      keyType: "group",
      fieldDefinitions: ["STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET"],
    });
    const inStripe = {
      categoryId: stripe.id,
      value: { STRIPE_SECRET_KEY: "plantedinvalue", STRIPE_WEBHOOK_SECRET: "plantedinvalue" },
    };
    await newEntry(owner, { ...inStripe, name: "Recipe finder", environment: "development" });
    await newEntry(owner, { ...inStripe, name: "Shop", environment: "production", notes: "plantedinnotes" });
    for (const environment of ["production", "staging"] as const)
      await newEntry(owner, { categoryId: openai.id, name: "Blog", environment, value: "plantedinvalue" });
    await newTwoFactor(owner, { service: "GitHub", notes: "plantedinnotes" });
    await newTwoFactor(owner, { service: "npm", accountName: "eve" });
    const { id: projectId } = await newEnvProject(owner, { name: "Warehouse", description: "plantedindescription" });
    for (const fileType of ["env", "env.production"] as const)
      await newEnvFile(owner, { projectId, fileType, content: "PLANTEDINFILE=plantedinvalue\n" });
    const other = await vault.other;
    await newCategory(other, { name: "Elsewhere", envVarName: "ELSEWHERE_KEY" });
    await newTwoFactor(other, { service: "Elsewhere 2FA" });
    await newEnvProject(other, { name: "Elsewhere project" });
  });

  const box = async (typed: string, by = vault.owner) => {
    const answer = await by.get(`/search?q=${encodeURIComponent(typed)}`, { "hx-request": "true" });
    expect(answer.status).toBe(200);
    return answer.text;
  };
  /** Every line as it reads. */
  const lines = async (typed: string, by = vault.owner) =>
    [...(await box(typed, by)).matchAll(/<(a|button)\b[^>]*role="option"[^>]*>([\s\S]*?)<\/\1>/g)].map(
      ([, , inside = ""]) =>
        inside
          .replace(/<svg[\s\S]*?<\/svg>|<span class="sign"[^>]*>[^<]*<\/span>/g, "")
          .replace(/<[^>]+>/g, " ")
          .replaceAll("&lt;", "<")
          .replaceAll("&gt;", ">")
          .replaceAll("&amp;", "&")
          .replace(/\s+/g, " ")
          .trim(),
    );

  describe("what comes first", () => {
    test.each(FIRST)("%j: %s", async (typed, first) => {
      expect((await lines(typed))[0]).toBe(first);
    });
  });

  test("names alone are searched: no description, no notes, no value, no line of a file", async () => {
    for (const planted of ["plantedindescription", "plantedinnotes", "plantedinvalue", "PLANTEDINFILE"]) {
      const answer = await box(planted);
      expect(answer).toContain("Nothing is called anything like");
      expect(answer.replace(`“${planted}”`, "")).not.toContain(planted);
    }
    expect(await box("")).not.toContain("planted");
    expect(await box("stripe shop")).not.toContain("planted");
  });

  test("what belongs to others is not there, by name or as something recent", async () => {
    expect(await lines("elsewhere")).toEqual([]);
    expect(await box("")).not.toContain("Elsewhere");
    const theirs = await lines("", await vault.other);
    expect(theirs.join("\n")).toContain("Elsewhere project");
    expect(theirs.join("\n")).not.toContain("Warehouse");
    expect((await lines("openai", await vault.other)).join("\n")).not.toContain("OpenAI");
  });

  test("an empty box begins with what was used last, then what can be done, then the pages", async () => {
    const [entry] = (await vault.owner.get<{ id: string }[]>("/api/entries?search=shop")).body;
    await vault.owner.post(`/api/entries/${entry?.id}/reveal`);
    const found = await lines("");
    expect(found[0]).toBe("Shop Stripe Production");
    expect(found[1]).toBe("Warehouse .env .env.production Env project");
    expect(new Set(found).size).toBe(found.length);
    expect(found.indexOf("New category")).toBeGreaterThan(1);
    expect(found.indexOf("Keys")).toBeGreaterThan(found.indexOf("New category"));
  });

  test("what is renamed or deleted is found, or not, at once", async () => {
    const made = await newCategory(vault.owner, { name: "Quokka", envVarName: "QUOKKA_KEY" });
    expect((await lines("quokka"))[0]).toBe("Quokka QUOKKA_KEY Simple");
    await vault.owner.put(`/api/categories/${made.id}`, { name: "Wombat" });
    expect((await lines("wombat"))[0]).toBe("Wombat QUOKKA_KEY Simple");
    await vault.owner.delete(`/api/categories/${made.id}`);
    expect(await lines("wombat")).toEqual([]);
  });

  test("a name is shown as text, whatever it is", async () => {
    const answer = await box("bold");
    expect(answer).toContain("&lt;b&gt;Bold&lt;/b&gt; &amp; co");
    expect(answer).not.toContain("<b>");
  });

  test("what is no word, or too much of it, finds nothing and breaks nothing", async () => {
    for (const typed of ["%", "_", "'", "\\", "((", "*", "!!!", "a".repeat(5000), "x ".repeat(400), "\0"])
      expect((await lines(typed)).filter((line) => line.startsWith("OpenAI"))).toEqual([]);
  });

  test("nobody searches without a session", async () => {
    const answer = await vault.stranger.get("/search?q=openai");
    expect(answer.status).toBe(303);
    expect(answer.text).not.toContain("OpenAI");
  });
});
