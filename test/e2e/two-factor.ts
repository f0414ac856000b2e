import type { Page } from "playwright-core";
import type { RevealedCode, TwoFactor, TwoFactorInput } from "../../src/features/two-factor/model.ts";
import type { Vault } from "./vault.ts";

/** 160 bits that no page may show, in base32. */
export const SECRET = "MZXW6YTBOJUWU23MNU4TSMRSGM2DKNRX";

export async function newTwoFactor(vault: Vault, input: TwoFactorInput): Promise<TwoFactor> {
  const answer = await vault.owner.post<TwoFactor>("/api/2fa", { accountName: "ada@example.com", ...input });
  if (answer.status !== 201) throw new Error(answer.text);
  return answer.body;
}

export async function twoFactors(vault: Vault, search = ""): Promise<TwoFactor[]> {
  return (await vault.owner.get<TwoFactor[]>(`/api/2fa?search=${encodeURIComponent(search)}`)).body;
}

export async function codeOf(vault: Vault, id: string | undefined): Promise<string> {
  return (await vault.owner.post<RevealedCode>(`/api/2fa/${id}/reveal`)).body.code;
}

export const card = (page: Page, service: string) => page.locator(".two-factor").filter({ hasText: service });

/** A code of seven letters and digits that is told apart from all others. */
export const codesOf = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, at) => `${prefix}${at}a2-b${at}c3d`);

export async function hideTab(page: Page): Promise<void> {
  await page.evaluate(() => {
    Object.defineProperty(document, "hidden", { value: true, configurable: true });
    Object.defineProperty(document, "visibilityState", { value: "hidden", configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
  });
}

const OATHTOOL = Bun.which("oathtool");

/** The code of that moment by oathtool, or by the library where there is none. */
export async function independentCode(
  { secret, algorithm = "SHA1", digits = 6, period = 30 }: Required<Pick<TwoFactorInput, "secret">> & TwoFactorInput,
  at: number,
): Promise<string> {
  if (OATHTOOL === null) {
    const { Secret, TOTP } = await import("otpauth");
    return TOTP.generate({ secret: Secret.fromBase32(secret ?? ""), algorithm, digits, period, timestamp: at });
  }
  const words = [`--totp=${algorithm.toLowerCase()}`, `--digits=${digits}`, `--time-step-size=${period}s`];
  const now = `--now=${new Date(at).toISOString().slice(0, 19).replace("T", " ")} UTC`;
  const { stdout, stderr, exitCode } = Bun.spawnSync([OATHTOOL, ...words, now, "--base32", secret ?? ""]);
  if (exitCode !== 0) throw new Error(`oathtool: ${stderr}`);
  return stdout.toString().trim();
}
