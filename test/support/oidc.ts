import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { exportJWK, generateKeyPair } from "jose";
import { type KoaContextWithOIDC, Provider } from "oidc-provider";
import { freePort } from "./keycloak.ts";

export const ADA = { username: "ada", password: "violet-anchor-53", email: "ada@team.example", name: "Ada Lovelace" };

/** A certified OpenID provider at the address of a Keycloak's realm, with a form, one person, and one client. */
export type Oidc = Readonly<{
  /** Settings that make Kagi trust it; a port of its own, because the redirect URI names one. */
  environment: Record<string, string>;
  stop: () => void;
}>;

const REALM = "/realms/team";
const SECRET = "a+secret/with=signs-31";

export async function startOidc(): Promise<Oidc> {
  const [port, vaultPort] = [freePort(), freePort()];
  const vault = `http://127.0.0.1:${vaultPort}`;
  const { privateKey } = await generateKeyPair("RS256", { extractable: true });
  const provider: Provider = new Provider(`http://127.0.0.1:${port}${REALM}`, {
    jwks: { keys: [{ ...(await exportJWK(privateKey)), kid: "first", use: "sig", alg: "RS256" }] },
    cookies: { keys: [crypto.randomUUID()] },
    clients: [
      {
        client_id: "kagi",
        client_secret: SECRET,
        redirect_uris: [`${vault}/api/auth/callback/keycloak`],
        post_logout_redirect_uris: [`${vault}/sign-in`],
      },
    ],
    claims: { openid: ["sub"], profile: ["name"], email: ["email", "email_verified"] },
    // As Keycloak does it: the ID token says who somebody is.
    conformIdTokenClaims: false,
    ttl: { Interaction: 600, Grant: 600, Session: 600, AccessToken: 600, IdToken: 600 },
    pkce: { required: () => true },
    findAccount: (_, id) => ({
      accountId: id,
      claims: () => ({ sub: id, email: ADA.email, email_verified: true, name: ADA.name }),
    }),
    loadExistingGrant: async (context) => {
      const { client, session, result } = context.oidc;
      const grant = new provider.Grant({ clientId: client?.clientId, accountId: session?.accountId });
      grant.addOIDCScope("openid profile email");
      await grant.save();
      return result?.login === undefined && session?.accountId === undefined ? undefined : grant;
    },
    interactions: { url: (_, { uid }) => `${REALM}/sign-in/${uid}` },
    features: {
      devInteractions: { enabled: false },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: (context: KoaContextWithOIDC, form: string) => {
          context.body = pageOf(`${form}<button form="op.logoutForm" name="logout" value="yes">Log out</button>`);
        },
      },
    },
  });
  const answer = provider.callback();
  const server = createServer(async (request: IncomingMessage & { originalUrl?: string }, response) => {
    const path = request.url ?? "/";
    if (path.startsWith(`${REALM}/sign-in/`)) return await signIn(provider, request, response);
    request.originalUrl = path;
    request.url = path.slice(REALM.length) || "/";
    await answer(request, response);
  }).listen(port, "127.0.0.1");
  return {
    environment: {
      PORT: String(vaultPort),
      KAGI_URL: vault,
      KEYCLOAK_URL: `http://127.0.0.1:${port}${REALM}`,
      KEYCLOAK_CLIENT_ID: "kagi",
      KEYCLOAK_CLIENT_SECRET: SECRET,
    },
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Its form, and what is sent from there. */
async function signIn(provider: Provider, request: IncomingMessage, response: ServerResponse): Promise<void> {
  let text = "";
  for await (const chunk of request) text += chunk;
  const form = new URLSearchParams(text);
  if (form.get("username") === ADA.username && form.get("password") === ADA.password) {
    return await provider.interactionFinished(request, response, { login: { accountId: "person-of-ada" } });
  }
  response.setHeader("Content-Type", "text/html; charset=utf-8");
  response.end(
    pageOf(
      `<form method="post">
        <p><label>Username <input name="username"></label></p>
        <p><label>Password <input type="password" name="password"></label></p>
        <button>Sign In</button>
      </form>`,
    ),
  );
}

function pageOf(body: string): string {
  return `<!doctype html><html lang="en"><title>The realm</title><link rel="icon" href="data:,"><h1>The realm</h1>${body}`;
}
