import { Elysia } from "elysia";
import { TwoFactorCard } from "../../../views/two-factor/card.tsx";
import { LiveCode, RevealedCode, RevealedCodePage } from "../../../views/two-factor/code.tsx";
import { DeleteTwoFactor, DeleteTwoFactorPage } from "../../../views/two-factor/delete.tsx";
import {
  EditTwoFactorPage,
  type Kept,
  NewTwoFactorPage,
  RecoveryPreview,
  type RecoveryReading,
  RecoveryRefused,
  type TwoFactorDraft,
  TwoFactorForm,
} from "../../../views/two-factor/form.tsx";
import { ImportForm, ImportPage, type ImportReading } from "../../../views/two-factor/import.tsx";
import { TwoFactorResults, TwoFactorsPage } from "../../../views/two-factor/list.tsx";
import {
  leftOf,
  RecoveryCodesPage,
  TakenCode,
  TakenCodePage,
  UseRecoveryCode,
  UseRecoveryCodePage,
} from "../../../views/two-factor/recovery.tsx";
import { ids, query, urls } from "../../../views/urls.ts";
import { AppError, invalid } from "../../errors.ts";
import { fold } from "../../fold.ts";
import type { Form } from "../../http/body.ts";
import { doneCookie } from "../../http/done.ts";
import { type Refusal, refusalOf } from "../../http/failures.ts";
import { pageDoor } from "../../http/guards.ts";
import { page } from "../../http/page.ts";
import { searchText } from "../../http/query.ts";
import { html, redirect } from "../../http/responses.ts";
import { asset } from "../../http/static.ts";
import { parse } from "../../http/validate.ts";
import type { Actor, Kagi } from "../../kagi.ts";
import { findIcons } from "../icons/actions.ts";
import {
  createTwoFactor,
  createTwoFactors,
  deleteTwoFactor,
  getTwoFactor,
  listRecoveryCodes,
  listTwoFactors,
  returnRecoveryCode,
  revealCode,
  takeRecoveryCode,
  updateTwoFactor,
} from "./actions.ts";
import { type KeptSecrets, keepSecrets, keptSecrets } from "./draft.ts";
import { addLinks, isExport, keyOf, type LinksRead, linksIn, readLinks } from "./links.ts";
import { DEFAULTS, type TwoFactor, TwoFactorChange, TwoFactorInput } from "./model.ts";
import { isLink, type OtpAccount, readOtpauthUri, readSecret } from "./otpauth.ts";
import { checkRecoveryText, readRecoveryCodes } from "./recovery-text.ts";

export const twoFactorPages = (kagi: Kagi) =>
  new Elysia()
    .use(listPages(kagi))
    .use(formPages(kagi))
    .use(importPages(kagi))
    .use(codePages(kagi))
    .use(recoveryPages(kagi));

const listPages = (kagi: Kagi) =>
  new Elysia()
    .use(pageDoor(kagi))
    .get(urls.twoFactors, async ({ request, actor, htmx }) => {
      const search = searchText(new URL(request.url).searchParams.get("search"));
      const { items } = await listTwoFactors(kagi, actor, { search });
      const list = { items, drawings: await drawingsOf(items), search };
      if (htmx)
        return html(TwoFactorResults(list), { headers: { "HX-Replace-Url": urls.twoFactors + query({ search }) } });
      const script = asset("two-factor.js");
      return await page(kagi, { request, actor }, (frame) => TwoFactorsPage({ frame, script, ...list }));
    })

    .get(urls.deleteTwoFactor(":id"), async ({ request, actor, params, htmx }) => {
      const item = await getTwoFactor(kagi, actor, params.id);
      if (htmx) return html(DeleteTwoFactor({ item, inDialog: true }));
      return await page(kagi, { request, actor }, (frame) => DeleteTwoFactorPage({ frame, item }));
    })
    .post(urls.deleteTwoFactor(":id"), async ({ actor, params, htmx }) => {
      await deleteTwoFactor(kagi, actor, params.id);
      return redirect(urls.twoFactors, { htmx, cookies: [doneCookie(kagi, "two-factor-deleted")] });
    });

const formPages = (kagi: Kagi) =>
  new Elysia()
    .use(pageDoor(kagi))
    .get(urls.newTwoFactor, async ({ request, actor }) => {
      const form = { ...NEW, draft: EMPTY, kept: NOTHING_KEPT, problem: null };
      return await page(kagi, { request, actor }, (frame) => NewTwoFactorPage({ frame, ...files(), ...form }));
    })
    .post(urls.newTwoFactor, async ({ request, actor, form, htmx }) => {
      const { typed, unread } = await typedIn(kagi, actor, form);
      const links = linksIn(typed.secret);
      if (!unread && isExport(links)) return await importLinks(kagi, { request, actor }, links);
      const step = stepOf(form);
      const { refusal, next } = unread ?? (step === null ? await save() : await stepping(typed, step));
      if (step === null && !refusal)
        return redirect(urls.twoFactors, { htmx, cookies: [doneCookie(kagi, "two-factor-created")] });
      const props = { ...NEW, ...shownOf(kagi, actor, next), problem: refusal?.problem ?? null, stepped: step };
      const extra = { status: refusal?.status ?? 200, secret: true };
      if (htmx) return html(TwoFactorForm(props), extra);
      return await page(kagi, { request, actor }, (frame) => NewTwoFactorPage({ frame, ...files(), ...props }), extra);

      async function save() {
        const refusal = await refusalOf(async () => {
          await createTwoFactor(kagi, actor, parse(TwoFactorInput, inputOf(typed)));
        });
        return { refusal, next: withoutRefused(typed, refusal?.problem.field) };
      }
    })
    .post(urls.recoveryPreview, async ({ form }) => {
      const text = form.get("recoveryCodes").trim();
      const refusal = await refusalOf(async () => checkRecoveryText(text));
      if (refusal) return html(RecoveryRefused(refusal.problem), { status: refusal.status });
      return html(RecoveryPreview({ reading: readingOf(text) }), { secret: true });
    })
    .get(urls.recoveryPreview, () => redirect(urls.newTwoFactor))

    .get(urls.editTwoFactor(":id"), async ({ request, actor, params }) => {
      const item = await getTwoFactor(kagi, actor, params.id);
      const form = { ...editing(item), draft: draftOf(item), kept: NOTHING_KEPT, problem: null };
      return await page(kagi, { request, actor }, (frame) => EditTwoFactorPage({ frame, item, ...files(), ...form }));
    })
    .post(urls.editTwoFactor(":id"), async ({ request, actor, params, form, htmx }) => {
      const item = await getTwoFactor(kagi, actor, params.id);
      const { typed, unread } = await typedIn(kagi, actor, form);
      const step = stepOf(form);
      const { refusal, next } = unread ?? (step === null ? await save() : await stepping(typed, step));
      if (step === null && !refusal)
        return redirect(urls.twoFactorIn(item.id), { htmx, cookies: [doneCookie(kagi, "two-factor-changed")] });
      const props = {
        ...editing(item),
        ...shownOf(kagi, actor, next),
        problem: refusal?.problem ?? null,
        stepped: step,
      };
      const extra = { status: refusal?.status ?? 200, secret: true };
      if (htmx) return html(TwoFactorForm(props), extra);
      return await page(
        kagi,
        { request, actor },
        (frame) => EditTwoFactorPage({ frame, item, ...files(), ...props }),
        extra,
      );

      async function save() {
        const refusal = await refusalOf(async () => {
          await updateTwoFactor(kagi, actor, item.id, parse(TwoFactorChange, changeOf(typed)));
        });
        return { refusal, next: withoutRefused(typed, refusal?.problem.field) };
      }
    });

const importPages = (kagi: Kagi) =>
  new Elysia()
    .use(pageDoor(kagi))
    .get(urls.importTwoFactors, async ({ request, actor }) => {
      const form = { reading: NOTHING_READ, kept: "", problem: null, stepped: false };
      return await page(kagi, { request, actor }, (frame) => ImportPage({ frame, ...files(), ...form }));
    })
    .post(urls.importTwoFactors, async ({ request, actor, form, htmx }) => {
      const { kept, lost } = await openKept(kagi, actor, form, "Add the pictures or links again");
      const picks = new Set(form.getAll("pick"));
      const typed = form.get("links").trim();
      const before = readLinks(kept.links ?? []);
      // What nobody has seen is not stored: new links are read first, whichever button was pressed.
      const reads = typed !== "" || stepOf(form) === "read" || before.links.length === 0;
      let read = before;
      const refused = await refusalOf(async () => {
        if (reads) read = addLinks(before, linksIn(typed), typed === "");
        else {
          const picked = before.accounts.filter((_, at) => picks.has(String(at)));
          if (picked.length === 0) throw new AppError("VALIDATION_ERROR", "Tick at least one account");
          const inputs = picked.map((account) => parse(TwoFactorInput, account));
          await createTwoFactors(kagi, actor, inputs);
        }
      });
      const refusal = lost ?? refused;
      if (!reads && !refusal)
        return redirect(urls.twoFactors, { htmx, cookies: [doneCookie(kagi, "two-factors-imported")] });
      const unticked = before.accounts.filter((_, at) => !picks.has(String(at))).map(keyOf);
      const props = {
        ...(await importing(kagi, actor, read, new Set(unticked))),
        problem: refusal?.problem ?? null,
        stepped: refusal === undefined,
      };
      const extra = { status: refusal?.status ?? 200 };
      if (htmx) return html(ImportForm(props), extra);
      return await page(kagi, { request, actor }, (frame) => ImportPage({ frame, ...files(), ...props }), extra);
    });

const codePages = (kagi: Kagi) =>
  new Elysia()
    .use(pageDoor(kagi))
    .post(urls.twoFactorCode(":id"), async ({ request, actor, params, form, htmx }) => {
      const code = await revealCode(kagi, actor, params.id);
      const view = form.get("again") === "" ? RevealedCode : LiveCode;
      if (htmx) return html(view({ code }), { secret: true });
      return await page(kagi, { request, actor }, (frame) => RevealedCodePage({ frame, code }), { secret: true });
    })
    .post(urls.copyTwoFactorCode(":id"), async ({ actor, params }) => {
      const { code } = await revealCode(kagi, actor, params.id);
      return new Response(code, { headers: { "Content-Type": "text/plain; charset=utf-8" } });
    })
    // Where a reload, or the way back from signing in, asks for what only a button does.
    .get(urls.twoFactorCode(":id"), ({ params }) => redirect(urls.twoFactorIn(params.id)))
    .get(urls.copyTwoFactorCode(":id"), ({ params }) => redirect(urls.twoFactorIn(params.id)));

const recoveryPages = (kagi: Kagi) =>
  new Elysia()
    .use(pageDoor(kagi))
    .get(urls.recoveryCodes(":id"), async ({ request, actor, params }) => {
      const item = await getTwoFactor(kagi, actor, params.id);
      const states = await listRecoveryCodes(kagi, actor, item.id);
      const now = kagi.now();
      return await page(kagi, { request, actor }, (frame) => RecoveryCodesPage({ frame, item, states, now }));
    })

    .get(urls.useRecoveryCode(":id"), async ({ request, actor, params, htmx }) => {
      const item = await getTwoFactor(kagi, actor, params.id);
      if (leftOf(item) === 0) throw new AppError("NO_RECOVERY_CODES_LEFT");
      const props = { item, changed: false };
      if (htmx) return html(UseRecoveryCode({ ...props, inDialog: true }));
      return await page(kagi, { request, actor }, (frame) => UseRecoveryCodePage({ frame, ...props }));
    })
    .post(urls.useRecoveryCode(":id"), async ({ request, actor, params, form, htmx }) => {
      // A page that is loaded again sends its form again; that must not use up another code.
      const taken = await unlessConflict(takeRecoveryCode(kagi, actor, params.id, numberOf(form.get("left"))));
      const item = await getTwoFactor(kagi, actor, params.id);
      if (taken === undefined) {
        if (leftOf(item) === 0) throw new AppError("NO_RECOVERY_CODES_LEFT");
        const props = { item, changed: true };
        if (htmx) return html(UseRecoveryCode({ ...props, inDialog: true }), { status: 409, headers: IN_DIALOG });
        const view = { status: 409 };
        return await page(kagi, { request, actor }, (frame) => UseRecoveryCodePage({ frame, ...props }), view);
      }
      if (!htmx) {
        const secret = { secret: true };
        return await page(kagi, { request, actor }, (frame) => TakenCodePage({ frame, item, taken }), secret);
      }
      const card = await cardOf(item);
      const views = [TakenCode({ item, taken, inDialog: true }), card({ taken: taken.codeId, beside: true })];
      return html(views.join(""), { secret: true, headers: IN_DIALOG });
    })

    .post(urls.returnRecoveryCode(":id"), async ({ actor, params, form, htmx }) => {
      if (!htmx) {
        await returnRecoveryCode(kagi, actor, params.id, form.get("code"));
        const cookies = [doneCookie(kagi, "recovery-code-returned")];
        return redirect(urls.recoveryCodes(params.id), { cookies });
      }
      const refusal = await refusalOf(() => returnRecoveryCode(kagi, actor, params.id, form.get("code")));
      const card = await cardOf(await getTwoFactor(kagi, actor, params.id));
      const said = refusal
        ? { text: `${refusal.problem.message}.`, bad: true }
        : { text: "The code is unused again.", bad: false };
      return html(card({ said }), { status: refusal?.status ?? 200 });
    })
    .get(urls.returnRecoveryCode(":id"), ({ params }) => redirect(urls.recoveryCodes(params.id)));

const IN_DIALOG = { "HX-Retarget": `#${ids.dialog}`, "HX-Reswap": "innerHTML" };

/** Undefined where somebody was faster. */
async function unlessConflict<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof AppError && error.code === "CONFLICT") return undefined;
    throw error;
  }
}

const files = () => ({ script: asset("two-factor.js"), reader: asset("qr.js") });

const EMPTY: TwoFactorDraft = {
  service: "",
  accountName: "",
  notes: "",
  algorithm: DEFAULTS.algorithm,
  digits: String(DEFAULTS.digits),
  period: String(DEFAULTS.period),
  removeSecret: false,
  removeRecoveryCodes: false,
};
const NOTHING_KEPT: Kept = { sealed: "", secret: false, recovery: null };
const NEW = { action: urls.newTwoFactor, stored: null };

function editing(item: TwoFactor) {
  return { action: urls.editTwoFactor(item.id), stored: item };
}

function draftOf(item: TwoFactor): TwoFactorDraft {
  return {
    ...EMPTY,
    service: item.service,
    accountName: item.accountName,
    notes: item.notes ?? "",
    algorithm: item.algorithm,
    digits: String(item.digits),
    period: String(item.period),
  };
}

/** A form with its secrets, those of earlier steps included. */
type Typed = Readonly<{ draft: TwoFactorDraft; secret: string; recoveryText: string }>;

/** `unread` is the refusal of a form that cannot be gone on with, because some of its secrets cannot be read. */
async function typedIn(kagi: Kagi, actor: Actor, form: Form) {
  const { kept, lost } = await openKept(kagi, actor, form, "Enter the key and the recovery codes again");
  const typed = withKept(form, kept);
  const tooLong = await refusalOf(async () => checkRecoveryText(typed.recoveryText));
  const refusal = lost ?? tooLong;
  const next = withoutRefused(typed, tooLong?.problem.field);
  return { typed, unread: refusal === undefined ? null : { refusal, next } };
}

/** What earlier steps of a form kept, or the refusal when that is lost. */
async function openKept(kagi: Kagi, actor: Actor, form: Form, again: string) {
  let kept: KeptSecrets = {};
  const lost: Refusal | undefined = await refusalOf(async () => {
    kept = keptSecrets(kagi, actor, form.get("kept"), again);
  });
  return { kept, lost };
}

function withKept(form: Form, kept: KeptSecrets): Typed {
  const forgotten = form.getAll("forget");
  const removed = form.getAll("remove");
  return {
    draft: {
      service: form.get("service").trim(),
      accountName: form.get("accountName").trim(),
      notes: form.get("notes"),
      algorithm: form.get("algorithm") || EMPTY.algorithm,
      digits: form.get("digits") || EMPTY.digits,
      period: form.get("period").trim() || EMPTY.period,
      removeSecret: removed.includes("secret"),
      removeRecoveryCodes: removed.includes("recoveryCodes"),
    },
    secret: form.get("secret").trim() || (forgotten.includes("secret") ? "" : (kept.secret ?? "")),
    recoveryText: form.get("recoveryCodes").trim() || (forgotten.includes("recovery") ? "" : (kept.recoveryText ?? "")),
  };
}

function stepOf(form: Form): "read" | "check" | null {
  const step = form.get("step");
  return step === "read" || step === "check" ? step : null;
}

/** The form after a step that stores nothing: a link read into its fields, or pasted codes looked at. */
async function stepping(typed: Typed, step: "read" | "check") {
  let next = typed;
  const refusal = await refusalOf(async () => {
    if (step === "read") next = withLinkRead(typed);
  });
  return { refusal, next: withoutRefused(next, refusal?.problem.field) };
}

/** Throws VALIDATION_ERROR. */
function withLinkRead(typed: Typed): Typed {
  if (typed.secret === "") throw new AppError("VALIDATION_ERROR", "Paste a link or a key first", { field: "secret" });
  if (!isLink(typed.secret)) return { ...typed, secret: readSecret(typed.secret) };
  const { service, accountName, secret, algorithm, digits, period } = readOtpauthUri(typed.secret);
  const draft = {
    ...typed.draft,
    service: service || typed.draft.service,
    accountName: accountName || typed.draft.accountName,
    algorithm,
    digits: String(digits),
    period: String(period),
  };
  return { ...typed, draft, secret };
}

/** A secret that was refused has to be typed anew. */
function withoutRefused(typed: Typed, field: string | null | undefined): Typed {
  if (field === "secret") return { ...typed, secret: "" };
  return field?.startsWith("recoveryCodes") ? { ...typed, recoveryText: "" } : typed;
}

function shownOf(
  kagi: Kagi,
  actor: Actor,
  { draft, secret, recoveryText }: Typed,
): { draft: TwoFactorDraft; kept: Kept } {
  if (secret === "" && recoveryText === "") return { draft, kept: NOTHING_KEPT };
  const kept = {
    sealed: keepSecrets(kagi, actor, { secret, recoveryText }),
    secret: secret !== "",
    recovery: recoveryText === "" ? null : readingOf(recoveryText),
  };
  return { draft, kept };
}

function inputOf(typed: Typed) {
  const { draft, secret, recoveryText } = typed;
  if (secret === "" && recoveryText === "") {
    throw new AppError("VALIDATION_ERROR", "Give a key, a link, a picture or recovery codes", { field: "secret" });
  }
  return {
    // A link fills in the names that were left empty.
    ...(draft.service === "" ? {} : { service: draft.service }),
    ...(draft.accountName === "" ? {} : { accountName: draft.accountName }),
    notes: draft.notes.trim() || null,
    ...parametersOf(typed),
    ...(secret === "" ? {} : { secret }),
    ...(recoveryText === "" ? {} : { recoveryCodes: codesOf(recoveryText) }),
  };
}

function changeOf(typed: Typed) {
  const { draft, secret, recoveryText } = typed;
  const both = "has a new value and is to be removed; choose one of the two";
  if (draft.removeSecret && secret !== "") throw invalid("secret", both);
  if (draft.removeRecoveryCodes && recoveryText !== "") throw invalid("recoveryCodes", both);
  return {
    service: draft.service,
    accountName: draft.accountName,
    notes: draft.notes.trim() || null,
    ...parametersOf(typed),
    ...(secret === "" ? {} : { secret }),
    ...(draft.removeSecret ? { secret: null } : {}),
    ...(recoveryText === "" ? {} : { recoveryCodes: codesOf(recoveryText) }),
    ...(draft.removeRecoveryCodes ? { recoveryCodes: null } : {}),
  };
}

/** A link says itself how its codes are made. */
function parametersOf({ draft: { algorithm, digits, period }, secret }: Typed) {
  return isLink(secret) ? {} : { algorithm, digits: numberOf(digits), period: numberOf(period) };
}

function numberOf(text: string): number {
  return /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
}

/** Throws VALIDATION_ERROR. */
function codesOf(text: string): string[] {
  const { codes } = readRecoveryCodes(text);
  if (codes.length === 0) throw invalid("recoveryCodes", "has no recovery code in it");
  return codes;
}

function readingOf(text: string): RecoveryReading {
  const { codes, ignored } = readRecoveryCodes(text);
  // What was left out by mistake may be a code, whatever it looks like.
  return { codes: codes.map(masked), ignored: ignored.length };
}

/** `a1b2c-d3e4f` as `a1•••••••4f`: enough to see where a code begins and ends. Of a short one, its length alone. */
function masked(code: string): string {
  const chars = [...code];
  const shown = chars.length < 8 ? 0 : 2;
  return chars.map((char, at) => (at < shown || at >= chars.length - shown ? char : "•")).join("");
}

const NOTHING_READ: ImportReading = { accounts: [], skipped: [], batch: null };

async function importing(kagi: Kagi, actor: Actor, read: LinksRead, unticked: ReadonlySet<string>) {
  const { links, accounts, skipped, batch } = read;
  if (links.length === 0) return { reading: NOTHING_READ, kept: "" };
  const { items } = await listTwoFactors(kagi, actor, {});
  const nameOf = (one: { service: string; accountName: string }) =>
    JSON.stringify([fold(one.service), fold(one.accountName)]);
  const there = new Set(items.map(nameOf));
  const shown = accounts.map((account) => {
    const isThere = there.has(nameOf(account));
    const { service, accountName } = account;
    return { service, accountName, kind: kindOf(account), isThere, picked: !isThere && !unticked.has(keyOf(account)) };
  });
  return { reading: { accounts: shown, skipped, batch }, kept: keepSecrets(kagi, actor, { links }) };
}

function kindOf({ algorithm, digits, period }: OtpAccount): string {
  return [
    algorithm === DEFAULTS.algorithm ? "" : algorithm,
    digits === DEFAULTS.digits ? "" : `${digits} digits`,
    period === DEFAULTS.period ? "" : `every ${period} s`,
  ]
    .filter((words) => words !== "")
    .join(" · ");
}

/** The page of imports, for links that were given to the form of one account. */
async function importLinks(
  kagi: Kagi,
  visit: { request: Request; actor: Actor },
  links: readonly string[],
): Promise<Response> {
  let read = readLinks([]);
  const refusal = await refusalOf(async () => {
    read = addLinks(read, links);
  });
  const props = {
    ...(await importing(kagi, visit.actor, read, new Set())),
    problem: refusal?.problem ?? null,
    stepped: refusal === undefined,
  };
  const extra = { status: refusal?.status ?? 200, headers: { "HX-Push-Url": urls.importTwoFactors } };
  return await page(kagi, visit, (frame) => ImportPage({ frame, ...files(), ...props }), extra);
}

/** The card of one service, as the list has it. */
async function cardOf(item: TwoFactor) {
  const drawing = (await drawingsOf([item])).get(item.service) ?? null;
  return (more: Omit<Parameters<typeof TwoFactorCard>[0], "item" | "drawing">) =>
    String(TwoFactorCard({ item, drawing, ...more }));
}

/** The brands whose name a service has, by the service's name. */
async function drawingsOf(items: readonly TwoFactor[]) {
  const icons = await findIcons(items.map(({ service }) => slugOf(service)));
  return new Map(
    items.flatMap(({ service }) => {
      const icon = icons.get(slugOf(service));
      return icon === undefined ? [] : [[service, icon] as const];
    }),
  );
}

/** As Simple Icons makes slugs of titles. */
function slugOf(title: string): string {
  return title
    .toLowerCase()
    .replaceAll("+", "plus")
    .replaceAll(".", "dot")
    .replaceAll("&", "and")
    .normalize("NFD")
    .replace(/[^a-z0-9]/g, "");
}
