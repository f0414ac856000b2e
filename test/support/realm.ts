import { type CryptoKey, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from "jose";
import { type Answer, type Client, cookiesOf } from "./client.ts";
import { freePort } from "./keycloak.ts";

/** What a made-up realm may be told to do wrong. */
type Lie = Readonly<{
  claims?: JWTPayload;
  /** Claims that are left out. */
  without?: readonly string[];
  /** Signs with a key that the realm does not show. */
  stranger?: true;
  /** The token as text, made of the right one. */
  token?: (right: string, payload: JWTPayload) => string | Promise<string>;
  /** The whole answer of the token endpoint. */
  answer?: () => Response;
  access?: JWTPayload;
  userinfo?: Record<string, unknown>;
}>;

export type Somebody = Readonly<{ sub: string; email?: string; email_verified?: boolean; name?: string }>;

/**
 * A realm of our own making, shaped like Keycloak's, which signs whatever it is told to: for the lies that no honest
 * server tells, and for accounts that need no form to be filled in.
 */
export class Realm {
  readonly #server: Bun.Server<undefined>;
  #key!: { id: string; privateKey: CryptoKey; jwk: Record<string, unknown> };
  #stranger!: CryptoKey;
  readonly #codes = new Map<string, { lie: Lie; claims: JWTPayload; challenge: string }>();
  /** Of requests to each place, how many there were. */
  readonly asked: Record<string, number> = {};
  /** What is said instead of the truth, by place. */
  readonly instead: Record<string, (() => Response | Promise<Response>) | undefined> = {};
  logoutUrl = "";

  constructor(
    readonly clientId: string,
    readonly clientSecret: string,
  ) {
    this.#server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: (request) => this.#answer(request) });
  }

  static async start(clientId = "kagi", clientSecret = "a+secret/with=signs-31"): Promise<Realm> {
    const realm = new Realm(clientId, clientSecret);
    await realm.rotate();
    realm.#stranger = (await generateKeyPair("RS256")).privateKey;
    return realm;
  }

  get issuer(): string {
    return `http://127.0.0.1:${this.#server.port}/realms/team`;
  }

  /** Settings that make Kagi believe in it; a port of its own, because the redirect URI names one. */
  environment(port = freePort()): Record<string, string> {
    return {
      PORT: String(port),
      KAGI_URL: `http://127.0.0.1:${port}`,
      KEYCLOAK_URL: this.issuer,
      KEYCLOAK_CLIENT_ID: this.clientId,
      KEYCLOAK_CLIENT_SECRET: this.clientSecret,
    };
  }

  /** From here on it signs with another key, and shows that one alone. */
  async rotate(): Promise<void> {
    const { privateKey, publicKey } = await generateKeyPair("RS256", { extractable: true });
    const id = crypto.randomUUID();
    this.#key = { id, privateKey, jwk: { ...(await exportJWK(publicKey)), kid: id, use: "sig", alg: "RS256" } };
  }

  async sign(payload: JWTPayload, key = this.#key.privateKey, typ: string | undefined = "JWT"): Promise<string> {
    const named = typ === "" ? {} : { typ };
    return await new SignJWT(payload).setProtectedHeader({ alg: "RS256", kid: this.#key.id, ...named }).sign(key);
  }

  get publicKeyText(): string {
    return JSON.stringify(this.#key.jwk);
  }

  /** Lets somebody sign in, who was sent to `location`; returns the code for the callback. */
  code(location: string, who: Somebody, lie: Lie = {}): string {
    const { searchParams } = new URL(location);
    const now = Math.floor(Date.now() / 1000);
    const claims: JWTPayload = {
      iss: this.issuer,
      aud: this.clientId,
      azp: this.clientId,
      iat: now,
      exp: now + 300,
      auth_time: now,
      nonce: searchParams.get("nonce") ?? "",
      sid: `sid-of-${who.sub}`,
      typ: "ID",
      ...who,
      ...lie.claims,
    };
    for (const name of lie.without ?? []) delete claims[name];
    const code = crypto.randomUUID();
    this.#codes.set(code, { lie, claims, challenge: searchParams.get("code_challenge") ?? "" });
    return code;
  }

  /** A logout token about a person's session; an empty `typ` is left out. */
  async logoutToken(
    claims: JWTPayload,
    { stranger = false, without = [] as readonly string[], typ = "logout+jwt" } = {},
  ): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    const payload: JWTPayload = {
      iss: this.issuer,
      aud: this.clientId,
      iat: now,
      exp: now + 120,
      jti: crypto.randomUUID(),
      events: { "http://schemas.openid.net/event/backchannel-logout": {} },
      ...claims,
    };
    for (const name of without) delete payload[name];
    return await this.sign(payload, stranger ? this.#stranger : this.#key.privateKey, typ);
  }

  async stop(): Promise<void> {
    await this.#server.stop(true);
  }

  async #answer(request: Request): Promise<Response> {
    const path = new URL(request.url).pathname.replace("/realms/team/", "");
    this.asked[path] = (this.asked[path] ?? 0) + 1;
    const instead = this.instead[path];
    if (instead !== undefined) return await instead();
    switch (path) {
      case ".well-known/openid-configuration":
        return Response.json(this.description);
      case "certs":
        return Response.json({ keys: [this.#key.jwk] });
      case "token":
        return await this.#token(request);
      case "userinfo":
        return Response.json(this.#userinfo ?? {}, { status: this.#userinfo === undefined ? 403 : 200 });
      default:
        return new Response("nothing here", { status: 404 });
    }
  }

  get description(): Record<string, unknown> {
    return {
      issuer: this.issuer,
      authorization_endpoint: `${this.issuer}/auth`,
      token_endpoint: `${this.issuer}/token`,
      userinfo_endpoint: `${this.issuer}/userinfo`,
      end_session_endpoint: `${this.issuer}/logout`,
      jwks_uri: `${this.issuer}/certs`,
    };
  }

  #userinfo: Record<string, unknown> | undefined;

  async #token(request: Request): Promise<Response> {
    const form = new URLSearchParams(await request.text());
    const basic = atob(request.headers.get("authorization")?.replace("Basic ", "") ?? "");
    const [id, secret] = basic.split(":").map((part) => decodeURIComponent(part.replaceAll("+", " ")));
    if (id !== this.clientId || secret !== this.clientSecret) {
      return Response.json({ error: "invalid_client" }, { status: 401 });
    }
    const known = this.#codes.get(form.get("code") ?? "");
    this.#codes.delete(form.get("code") ?? "");
    const challenge = new Bun.CryptoHasher("sha256").update(form.get("code_verifier") ?? "").digest("base64url");
    if (known === undefined || challenge !== known.challenge) {
      return Response.json({ error: "invalid_grant" }, { status: 400 });
    }
    const { lie, claims } = known;
    if (lie.answer !== undefined) return lie.answer();
    this.#userinfo = lie.userinfo;
    const right = await this.sign(claims, lie.stranger ? this.#stranger : undefined);
    const idToken = lie.token === undefined ? right : await lie.token(right, claims);
    const { iss, sub, azp, iat, exp } = claims;
    const access = lie.access === undefined ? "opaque" : await this.sign({ iss, sub, azp, iat, exp, ...lie.access });
    return Response.json({ token_type: "Bearer", expires_in: 300, access_token: access, id_token: idToken });
  }
}

/** A way to Keycloak that a browser has begun. */
export type Begun = Readonly<{ location: string; state: string; cookie: string }>;

export async function begin(client: Client, query = ""): Promise<Begun> {
  const answer = await client.get(`/api/auth/keycloak${query}`);
  if (answer.status !== 303) throw new Error(`not begun: ${answer.status} ${answer.text}`);
  return begunBy(answer, answer.headers.get("location") ?? "");
}

export function begunBy(answer: Answer, location: string): Begun {
  return { location, state: new URL(location).searchParams.get("state") ?? "", cookie: cookiesOf(answer) };
}

/** Comes back from Keycloak, as the browser that set out, unless told otherwise. */
export async function comeBack(
  client: Client,
  begun: Begun,
  query: Record<string, string>,
  cookie = [client.headers.cookie, begun.cookie].filter(Boolean).join("; "),
): Promise<Answer> {
  const asked = new URLSearchParams({ state: begun.state, ...query });
  return await client.with({ cookie }).get(`/api/auth/callback/keycloak?${asked}`);
}
