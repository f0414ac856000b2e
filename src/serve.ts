import { createApp } from "./app.ts";
import { type Config, ConfigError } from "./config.ts";
import { AppError } from "./errors.ts";
import { forgetOldEvents } from "./features/audit/actions.ts";
import { addUser, forgetExpired, isSetUp, mayUsePasswords, openSetup } from "./features/auth/actions.ts";
import { NewUserInput } from "./features/auth/model.ts";
import { forgetOldVisits, redirectUriAt } from "./features/keycloak/actions.ts";
import { errorCode } from "./files.ts";
import { renderJson } from "./http/errors.ts";
import { completeHeaders } from "./http/headers.ts";
import { setPatience } from "./http/patience.ts";
import { parse } from "./http/validate.ts";
import type { Kagi } from "./kagi.ts";
import { describeCause, type Log } from "./log.ts";

const HOUR_MS = 60 * 60 * 1000;
/** For requests under way at the end. Docker gives ten seconds in all. */
const PATIENCE_MS = 8000;

type Answer = (request: Request, address: () => string | null) => Response | Promise<Response>;

/** A port that is ours. Until the vault is open, whoever asks is told to come back. */
export type Listening = Readonly<{
  port: number;
  answerWith: (answer: Answer) => void;
  /** Takes no new requests and lets those under way finish, for a while. */
  stop: () => Promise<void>;
}>;

/** Takes the port, which needs nothing else yet, so that a port in use leaves no key and no data behind. Throws. */
export function listen(config: Config, log: Log): Listening {
  const handlers = (answer: Answer) => ({
    fetch: (request: Request, server: Bun.Server<undefined>) => {
      setPatience(request, () => server.timeout(request, 0));
      return answer(request, () => server.requestIP(request)?.address ?? null);
    },
    error: (error: unknown) => {
      log.error("request failed outside the app", describeCause(error));
      return complete(config, renderJson(new AppError("INTERNAL_ERROR")));
    },
  });
  const bind = (hostname: string, port: number) =>
    Bun.serve({
      hostname,
      port,
      // The doors have limits of their own, and an answer for what is larger; what they do not read is not kept. Here
      // the connection would be cut, with no answer that reaches anybody.
      maxRequestBodySize: Number.MAX_SAFE_INTEGER,
      idleTimeout: 60,
      ...handlers(() => complete(config, comeBack())),
    });
  const servers = config.host === "localhost" ? bindLoopback(bind, config.port) : [bind(config.host, config.port)];
  return {
    port: servers[0]?.port ?? config.port,
    answerWith: (answer) => {
      for (const server of servers) server.reload(handlers(answer));
    },
    stop: async () => {
      const finished = Promise.all(servers.map((server) => server.stop()));
      await Promise.race([finished, Bun.sleep(PATIENCE_MS)]);
      await Promise.all(servers.map((server) => server.stop(true)));
    },
  };
}

function comeBack(): Response {
  const headers = { "Retry-After": "1", "Content-Type": "text/plain; charset=utf-8" };
  return new Response("Kagi is starting. Try again in a second.\n", { status: 503, headers });
}

/** What an answer carries that the app has not made. */
function complete(config: Config, response: Response): Response {
  completeHeaders(config, response.headers);
  return response;
}

export type Served = Readonly<{ stop: () => Promise<void> }>;

/** Answers from an open vault until `stop`. */
export async function serve(kagi: Kagi, listening: Listening): Promise<Served> {
  const { config, log } = kagi;
  await cleanUp(kagi);
  const setupToken = await makeFirstAccount(kagi);
  listening.answerWith(createApp(kagi).fetch);
  const { port } = listening;
  const url = config.urlIsSet ? config.url : `http://localhost:${port}`;
  if (setupToken !== null) {
    log.warn("There is no account yet. Open the set-up page; from another machine it asks for this token, once.", {
      page: `${url}/setup`,
      token: setupToken,
    });
  }
  if (config.keycloak !== null) {
    const redirectUri = redirectUriAt(config.url);
    log.info("people may sign in through Keycloak", { realm: config.keycloak.issuer, redirectUri });
    if (!(await mayUsePasswords(kagi))) log.info("signing in with e-mail and password is switched off");
    else if (!config.emailPassword) {
      log.warn("signing in with e-mail and password stays open until somebody has come in through Keycloak");
    }
  }
  log.info("kagi is up", {
    url,
    listening: `${config.host}:${port}`,
    database: kagi.db.engine,
    key: kagi.keyring.fingerprint,
  });
  const cleaning = setInterval(() => cleanUp(kagi), HOUR_MS);
  return {
    stop: async () => {
      clearInterval(cleaning);
      await listening.stop();
      await kagi.db.close();
    },
  };
}

/** Nothing relies on it: a step that fails is logged, and keeps neither the others nor the start from going on. */
async function cleanUp(kagi: Kagi): Promise<void> {
  for (const [what, forget] of CLEANING) {
    await forget(kagi).catch((error: unknown) => kagi.log.error("clean-up failed", { what, ...describeCause(error) }));
  }
}

const CLEANING = [
  ["sign-ins", forgetExpired],
  ["ways to Keycloak", forgetOldVisits],
  ["events", forgetOldEvents],
] as const;

type Bind = (hostname: string, port: number) => Bun.Server<undefined>;

/** `localhost` is both loopback addresses where the machine has both; browsers may try either first. */
function bindLoopback(bind: Bind, port: number, tries = 5): Bun.Server<undefined>[] {
  const first = bind("127.0.0.1", port);
  try {
    return [first, bind("::1", first.port ?? port)];
  } catch (error) {
    // A machine without IPv6. A port that another program has there is no reason to go on: half of all browsers try ::1
    // first, and would hand the password to it.
    if (errorCode(error) !== "EADDRINUSE") return [first];
    first.stop(true);
    // Any free port is to be free on both.
    if (port === 0 && tries > 1) return bindLoopback(bind, port, tries - 1);
    throw error;
  }
}

/** Makes the account that the environment names, or opens the set-up page and returns its token; null when there is one. */
async function makeFirstAccount(kagi: Kagi): Promise<string | null> {
  const { config, log } = kagi;
  if (await isSetUp(kagi)) return null;
  if (config.adminEmail !== null && config.adminPassword !== null) {
    try {
      await addUser(kagi, parse(NewUserInput, { email: config.adminEmail, password: config.adminPassword }));
    } catch (error) {
      throw new ConfigError(`ADMIN_EMAIL and ADMIN_PASSWORD make no account: ${(error as Error).message}`);
    }
    log.info("made the first account from ADMIN_EMAIL");
    return null;
  }
  return await openSetup(kagi);
}
