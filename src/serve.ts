import { createApp } from "./app.ts";
import { ConfigError } from "./config.ts";
import { addUser, forgetExpired, isSetUp, openSetup } from "./features/auth/actions.ts";
import { NewUserInput } from "./features/auth/model.ts";
import { BODY_BYTES } from "./http/body.ts";
import { parse } from "./http/validate.ts";
import type { Kagi } from "./kagi.ts";
import { describeCause } from "./log.ts";

const HOUR_MS = 60 * 60 * 1000;

export type Served = Readonly<{ url: string; stop: () => Promise<void> }>;

/** Listens until `stop`, which lets requests under way finish. Throws when the port is taken. */
export async function serve(kagi: Kagi): Promise<Served> {
  const { config, log } = kagi;
  const setupToken = await makeFirstAccount(kagi);
  const app = createApp(kagi);
  const listen = (hostname: string, port: number) =>
    Bun.serve({
      hostname,
      port,
      // Past our own limit, which answers in JSON, a body is cut off by the server itself.
      maxRequestBodySize: 16 * BODY_BYTES,
      idleTimeout: 60,
      fetch: (request, server) => app.fetch(request, server.requestIP(request)?.address ?? null),
      error: (error) => {
        log.error("request failed outside the app", describeCause(error));
        return Response.json({ error: "Internal server error", code: "INTERNAL_ERROR" }, { status: 500 });
      },
    });
  const servers =
    config.host === "localhost" ? listenOnLoopback(listen, config.port) : [listen(config.host, config.port)];
  const port = servers[0]?.port ?? config.port;
  const url = config.urlIsSet ? config.url : `http://localhost:${port}`;
  if (setupToken !== null) {
    log.warn("There is no account yet. Open the set-up page; from another machine it asks for this token, once.", {
      page: `${url}/setup`,
      token: setupToken,
    });
  }
  log.info("kagi is up", {
    url,
    listening: `${config.host}:${port}`,
    database: kagi.db.engine,
    key: kagi.keyring.fingerprint,
  });
  const cleaning = setInterval(() => {
    forgetExpired(kagi).catch((error: unknown) => log.error("clean-up failed", describeCause(error)));
  }, HOUR_MS);
  return {
    url,
    stop: async () => {
      clearInterval(cleaning);
      await Promise.all(servers.map((server) => server.stop()));
      await kagi.db.close();
    },
  };
}

type Listen = (hostname: string, port: number) => Bun.Server<undefined>;

/** `localhost` is both loopback addresses where the machine has both; browsers may try either first. */
function listenOnLoopback(listen: Listen, port: number): Bun.Server<undefined>[] {
  const first = listen("127.0.0.1", port);
  try {
    return [first, listen("::1", first.port ?? port)];
  } catch (error) {
    // A machine without IPv6. A port that another program has there is no reason to go on: half of all browsers try ::1
    // first, and would hand the password to it.
    if ((error as { code?: string }).code !== "EADDRINUSE") return [first];
    first.stop(true);
    throw error;
  }
}

/** Makes the account that the environment names, or opens the set-up page and returns its token; null when there is one. */
async function makeFirstAccount(kagi: Kagi): Promise<string | null> {
  const { config, log } = kagi;
  await forgetExpired(kagi);
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
