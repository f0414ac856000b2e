import { EnvelopeError } from "../../crypto/envelope.ts";
import { openTicket, sealTicket } from "../../crypto/ticket.ts";
import { sha256 } from "../../crypto/tokens.ts";
import type { Db } from "../../db/sql.ts";
import { AppError, conflict } from "../../errors.ts";
import type { Actor, Kagi } from "../../kagi.ts";
import { describeCause } from "../../log.ts";
import { record } from "../audit/actions.ts";
import { type Thing, VAULT } from "../audit/model.ts";
import { openEntries } from "../entries/actions.ts";
import { ask, ModelFailure, type ModelRequest, requestFor } from "./ask.ts";
import { type Asked, type Asking, questionFor } from "./candidates.ts";
import { addBlocks, type Block, type DraftText, fillIn, withRemarks, writeBlocks } from "./draft.ts";
import { matchNames } from "./match.ts";
import { type Answer, type ExtractInput, type Extraction, MOST_TICKS, type Wishes } from "./model.ts";
import { type Choice, choose, describe, type Line, namedBy } from "./proposal.ts";
import { readWishes } from "./wishes.ts";

/** Who chooses: a model that is told names, or our own matching of the same names. */
export type Chooser = "model" | "names";

/** What a model would be told, before it is. */
export type Preview = Readonly<{
  /** The body of the request, for people to read. */
  json: string;
  /** The message in it that tells of the vault, which is JSON within JSON there. */
  told: string;
  /** Of the body; `propose` sends no other. */
  digest: string;
  bytes: number;
  model: string;
  host: string;
  /** Entries whose names are in it, of how many. */
  candidates: number;
  total: number;
}>;

export type Proposal = Choice &
  Readonly<{
    by: Chooser;
    /** The model's name, null when there was none. */
    model: string | null;
    /** Lines that would fit and are not among the others, because a page offers no more at once. */
    more: number;
    /** What `heldProposal` opens. */
    ticket: string;
  }>;

const KEPT_MS = 60 * 60 * 1000;
const CHANGED = "What would be sent is not what you were shown, because the vault or the prompt has changed";
const TOO_OLD = "What was proposed here cannot be opened any more. Generate again";

/** Whether there is anything to generate with, and what. */
export function chooserOf({ config }: Pick<Kagi, "config">): Chooser | "off" {
  if (config.ai === "off") return "off";
  return config.modelIsSet ? "model" : "names";
}

/** Throws AI_NOT_CONFIGURED. */
export async function previewRequest(kagi: Kagi, actor: Actor, asking: Asking): Promise<Preview> {
  refuseOff(kagi);
  return previewOf(kagi, await questionFor(kagi, actor, asking, { isTold: true }));
}

/**
 * What is proposed for the file. With a model its answer is waited for until `signal` aborts; `digest`, of the preview
 * that was shown, keeps anything else from being sent. Throws AI_NOT_CONFIGURED, AI_EXTRACTION_FAILED, CONFLICT for another
 * digest, and an AbortError.
 */
export async function propose(
  kagi: Kagi,
  actor: Actor,
  asking: Asking,
  how: Readonly<{ by: Chooser; digest?: string; signal?: AbortSignal }>,
): Promise<Proposal> {
  const proposal = withinForm(await settle(kagi, actor, asking, how));
  return { ...proposal, ticket: sealTicket(kagi.keyring, holderOf(actor), inAnHour(kagi), proposal) };
}

/** What was proposed. Throws VALIDATION_ERROR for somebody else's, and for one that is an hour old. */
export function heldProposal(kagi: Kagi, actor: Actor, ticket: string): Proposal {
  try {
    const proposal = openTicket<Omit<Proposal, "ticket">>(kagi.keyring, holderOf(actor), kagi.now(), ticket);
    return { ...proposal, ticket };
  } catch (error) {
    if (!(error instanceof EnvelopeError || error instanceof SyntaxError)) throw error;
    throw new AppError("VALIDATION_ERROR", TOO_OLD);
  }
}

/** What of a proposal somebody wants. */
export type Ticked = Pick<Proposal, "by" | "picks" | "generated">;

/** Throws VALIDATION_ERROR for nothing at all, and for two values of one variable. */
export function tick({ by, picks, offered, generated }: Proposal, ticks: readonly string[]): Ticked {
  const isTicked = ({ key }: { key: string }) => ticks.includes(key);
  const ticked = { by, picks: [...picks, ...offered].filter(isTicked), generated: generated.filter(isTicked) };
  const variables = [...ticked.picks, ...ticked.generated].map(({ variable }) => variable);
  if (variables.length === 0)
    throw new AppError("VALIDATION_ERROR", "Nothing is ticked; tick what the file shall have");
  const twice = variables.find((variable, index) => variables.indexOf(variable) !== index);
  if (twice === undefined) return ticked;
  throw new AppError("VALIDATION_ERROR", `${twice} is ticked twice, and a file has one; choose which`);
}

/**
 * What was ticked with its values, put into the content of a file; "" for a file of their own. The trail says
 * who got which, and there is no draft without it. Throws CONFLICT when something of it is gone.
 */
export async function draftFrom(
  kagi: Kagi,
  actor: Actor,
  { content, file, ...ticked }: Ticked & Readonly<{ content: string; file: Thing }>,
): Promise<DraftText> {
  refuseOff(kagi);
  return await kagi.db.transaction(async (tx) => {
    const { blocks, gone } = await open(kagi, tx, actor, { ...ticked, file });
    if (gone.length > 0) throw conflict(`${gone.join(", ")} changed in the vault meanwhile. Generate again`);
    return addBlocks(content, blocks);
  });
}

/** The file for a prompt, in one step. Throws AI_NOT_CONFIGURED, AI_EXTRACTION_FAILED, and an AbortError. */
export async function extract(
  kagi: Kagi,
  actor: Actor,
  { prompt, currentProjectName }: ExtractInput,
  signal: AbortSignal,
): Promise<Extraction> {
  const chooser = chooserOf(kagi);
  const by = chooser === "off" ? "names" : chooser;
  const asking = { prompt, currentProject: currentProjectName ?? null, environment: null };
  const proposal = await settle(kagi, actor, asking, { by, signal });
  const { generated, offered, leftOut } = proposal;
  const { blocks, gone } = await kagi.db.transaction((tx) => open(kagi, tx, actor, { ...proposal, file: VAULT }));
  // Deleted while the model was thinking.
  const picks = proposal.picks.filter(({ variable }) => !gone.includes(variable));
  const written = writeBlocks(blocks);
  const isWritten = ({ variable }: { variable: string }) => !written.notWritten.includes(variable);
  const keyOf = ({ source, variable, reason }: Line) => ({ entryId: source.id, envVarName: variable, reason });
  return {
    content: withRemarks(written.text, proposal),
    selectedKeys: picks.filter(isWritten).map(keyOf),
    generatedSecrets: generated.map(({ variable, format, bytes, reason }) => ({
      envVarName: variable,
      format,
      bytes,
      reason,
    })),
    matchedBy: by,
    alternatives: offered.map(keyOf),
    leftOut: leftOut.map(({ source, reason }) => ({ entryId: source.id, name: describe(source), reason })),
    dropped: proposal.dropped + gone.length,
    notPortable: written.notPortable.map(({ key, misreadBy }) => ({ key, misreadBy: [...misreadBy] })),
    notWritten: [...written.notWritten],
  };
}

function refuseOff(kagi: Kagi): void {
  if (chooserOf(kagi) === "off") throw new AppError("AI_NOT_CONFIGURED");
}

/** What an answer to the question comes to, with the values looked at and none of them shown. */
async function settle(
  kagi: Kagi,
  actor: Actor,
  asking: Asking,
  { by, digest, signal }: Readonly<{ by: Chooser; digest?: string; signal?: AbortSignal }>,
): Promise<Omit<Proposal, "ticket" | "more">> {
  refuseOff(kagi);
  const asked = await questionFor(kagi, actor, asking, { isTold: by === "model" });
  const wishes = wishesOf(asked);
  const answer =
    by === "model" ? await askModel(kagi, actor, asked, digest, signal) : matchNames(asked.question, wishes);
  const fit = { wishes, currentProject: asked.question.currentProject };
  const ids = namedBy(asked, answer, fit).map(({ id }) => id);
  const choice = choose(asked, answer, await openEntries(kagi, kagi.db, actor, ids), fit);
  return { ...choice, by, model: by === "model" ? kagi.config.aiModel : null };
}

/** Of more lines than a form takes the first. */
function withinForm<P extends Choice>(proposal: P): P & { more: number } {
  const picks = proposal.picks.slice(0, MOST_TICKS);
  const offered = proposal.offered.slice(0, MOST_TICKS - picks.length);
  const more = proposal.picks.length - picks.length + proposal.offered.length - offered.length;
  return { ...proposal, picks, offered, more };
}

/** Asks the model what `digest` was shown of. That names leave for it is in the trail before they do. */
async function askModel(
  kagi: Kagi,
  actor: Actor,
  asked: Asked,
  digest: string | undefined,
  signal: AbortSignal | undefined,
): Promise<Answer> {
  const request = requestFor(kagi.config, asked.question);
  if (digest !== undefined && digest !== digestOf(request)) throw conflict(CHANGED);
  const detail = `names=${asked.question.candidates.length} model=${kagi.config.aiModel} host=${hostOf(kagi)}`;
  await kagi.db.transaction((tx) => record(kagi, tx, actor, "ask-model", VAULT, { detail }));
  try {
    return await ask(kagi.config, request, { signal });
  } catch (error) {
    if (error instanceof AppError && error.cause instanceof ModelFailure) {
      const { status, requestId, requests, milliseconds, code } = error.cause;
      const { reason } = error.details;
      const fields = { reason, status, modelRequestId: requestId, requests, milliseconds, code };
      kagi.log.warn("the model was of no help", { requestId: actor.requestId, host: hostOf(kagi), ...fields });
    } else if (!signal?.aborted) {
      kagi.log.error("asking the model failed", { requestId: actor.requestId, ...describeCause(error) });
    }
    throw error;
  }
}

/** Where no environment is named, that of the file is meant. */
function wishesOf({ question: { prompt, currentProject, environment }, projects }: Asked): Wishes {
  const wishes = readWishes(prompt, currentProject, projects);
  if (environment === null || wishes.environments.length > 0) return wishes;
  return { ...wishes, environments: [environment] };
}

/** Opens what was chosen and writes into the trail who got it, by names; `gone` are variables that are there no more. */
async function open(
  kagi: Kagi,
  tx: Db,
  actor: Actor,
  chosen: Ticked & Readonly<{ file: Thing }>,
): Promise<{ blocks: Block[]; gone: string[] }> {
  const bySource = Map.groupBy(chosen.picks, ({ source }) => source.id);
  const values = await openEntries(kagi, tx, actor, [...bySource.keys()]);
  const { blocks, gone } = fillIn(chosen.picks, chosen.generated, values);
  for (const [id, lines] of bySource) {
    const written = lines.map(({ variable }) => variable).filter((variable) => !gone.includes(variable));
    const thing = { kind: "entry", id, name: lines[0]?.source.name ?? null } as const;
    if (written.length > 0)
      await record(kagi, tx, actor, "extract", thing, { detail: `variables=${written.join(",")}` });
  }
  const made = chosen.generated.map(({ variable }) => variable).join(",");
  const detail = `by=${chosen.by} entries=${bySource.size} generated=${made || "none"}`;
  await record(kagi, tx, actor, "extract", chosen.file, { detail });
  return { blocks, gone };
}

function previewOf(kagi: Kagi, { question, all }: Asked): Preview {
  const request = requestFor(kagi.config, question);
  return {
    json: visible(JSON.stringify(request, null, 2)),
    told: visible(JSON.stringify(JSON.parse(request.messages[1].content), null, 2)),
    digest: digestOf(request),
    bytes: Buffer.byteLength(JSON.stringify(request)),
    model: kagi.config.aiModel,
    host: hostOf(kagi),
    candidates: question.candidates.length,
    total: all.length,
  };
}

/** The same JSON, with an escape for each character that would not be seen, or would turn the text around. */
function visible(json: string): string {
  return json.replace(/[\p{Cf}\p{Zl}\p{Zp}\u115f\u1160\u3164\uffa0]|\u034f/gu, (sign) =>
    [...sign.matchAll(/[\s\S]/g)].map(([unit]) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`).join(""),
  );
}

function digestOf(request: ModelRequest): string {
  return sha256(JSON.stringify(request));
}

function hostOf({ config }: Kagi): string {
  return new URL(config.openaiBaseUrl).host;
}

function inAnHour(kagi: Kagi): Date {
  return new Date(kagi.now().getTime() + KEPT_MS);
}

function holderOf({ userId }: Actor) {
  return { purpose: "generated env file", userId };
}
