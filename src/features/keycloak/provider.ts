import type { OAuth2Tokens } from "arctic";
import type { JWTPayload, RemoteJWKSet } from "jose";
import type { KEYCLOAK_FAILURES } from "../../errors.ts";
import type { Kagi } from "../../kagi.ts";
import { once } from "../../once.ts";
import { ANSWER_BYTES, CLOCK_SKEW_SECONDS, PATIENCE_MS, type Person } from "./model.ts";

/**
 * Keycloak as it is talked to: OpenID Connect Core 1.0 (code flow), Discovery 1.0, RP-Initiated Logout 1.0, Back-Channel
 * Logout 1.0, RFC 7636 (PKCE), RFC 9207 (`iss` in the answer). Nothing that it says is believed before it is checked, and
 * every failure says what is wrong for the person, and in `told` for the operator; neither holds anything of a token.
 */

/** Why nothing came of asking Keycloak. */
export class ProviderError extends Error {
  override name = "ProviderError";

  constructor(
    readonly reason: (typeof KEYCLOAK_FAILURES)[number],
    /** For the operator's log. */
    readonly told: string,
  ) {
    super(told);
  }
}

type KeycloakConfig = NonNullable<Kagi["config"]["keycloak"]>;

/** What the realm says of itself, with the addresses as they are to be used. */
type Realm = Readonly<{
  /** As browsers reach it. */
  authorization: string;
  endSession: string | null;
  /** As this server reaches it. */
  token: string;
  userinfo: string | null;
  keys: RemoteJWKSet;
}>;

/** A logout token, verified. One of subject and sid is there. */
export type LogoutToken = Readonly<{ id: string; subject: string | null; sid: string | null; expiresAt: Date }>;

/** With an asymmetric key, so that nobody but the realm can sign; never `none`, and never our own secret. */
const ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"];
const SCOPES = ["openid", "profile", "email"];
const LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout";

export class Provider {
  readonly #config: KeycloakConfig;
  readonly #redirectUri: string;
  #realm: { since: number; realm: () => Promise<Realm> } | undefined;

  constructor(config: KeycloakConfig, redirectUri: string) {
    this.#config = config;
    this.#redirectUri = redirectUri;
  }

  get issuer(): string {
    return this.#config.issuer;
  }

  get redirectUri(): string {
    return this.#redirectUri;
  }

  /** Where the browser is sent. `fresh` asks the person to prove themselves there even when they are signed in. */
  async authorizationUrl(visit: { state: string; nonce: string; verifier: string; fresh: boolean }): Promise<string> {
    const { authorization } = await this.#described();
    const { CodeChallengeMethod, OAuth2Client } = await import("arctic");
    const client = new OAuth2Client(this.#config.clientId, null, this.#redirectUri);
    const method = CodeChallengeMethod.S256;
    const url = client.createAuthorizationURLWithPKCE(authorization, visit.state, method, visit.verifier, SCOPES);
    url.searchParams.set("nonce", visit.nonce);
    if (visit.fresh) {
      url.searchParams.set("prompt", "login");
      url.searchParams.set("max_age", "0");
    }
    return url.href;
  }

  /**
   * Whom a code stands for. With `role`, only somebody who has it; null for one who does not. Throws ProviderError.
   */
  async personOf(
    code: string,
    visit: { nonce: string; verifier: string; role: string | null; now: Date },
  ): Promise<Person | null> {
    const realm = await this.#described();
    const tokens = await this.#exchange(realm, code, visit.verifier);
    const idToken = textOf(
      () => tokens.idToken(),
      "the token endpoint gave no id_token: is the client's protocol openid-connect?",
    );
    const claims = await this.#verify(realm, idToken, visit.now, { audience: this.#config.clientId });
    const subject = claims.sub;
    if (subject === undefined) throw untrusted("the ID token names nobody (sub)");
    if (claims.nonce !== visit.nonce) throw untrusted("the ID token is an answer to another question (nonce)");
    const parties = Array.isArray(claims.aud) ? claims.aud.length : 1;
    if ((parties > 1 || claims.azp !== undefined) && claims.azp !== this.#config.clientId) {
      throw untrusted("the ID token was made for another client (azp)");
    }
    if (visit.role !== null && !(await this.#hasRole(realm, tokens, claims, visit.role, visit.now))) return null;
    return {
      subject,
      email: emailOf(claims.email),
      emailVerified: claims.email_verified === true,
      name: nameOf(claims.name) ?? nameOf(claims.preferred_username),
      sid: typeof claims.sid === "string" ? claims.sid : null,
      authTime: typeof claims.auth_time === "number" ? claims.auth_time : null,
      idToken,
    };
  }

  /** Where the browser is sent to end the session at Keycloak; null when the realm has no such place. */
  async signOutUrl(idToken: string, backTo: string): Promise<string | null> {
    const { endSession } = await this.#described();
    if (endSession === null) return null;
    const url = new URL(endSession);
    url.searchParams.set("client_id", this.#config.clientId);
    url.searchParams.set("id_token_hint", idToken);
    url.searchParams.set("post_logout_redirect_uri", backTo);
    return url.href;
  }

  /** What Keycloak itself sends when a session there has ended. Throws ProviderError for anything but that. */
  async logoutToken(token: string, now: Date): Promise<LogoutToken> {
    const realm = await this.#described();
    const claims = await this.#verify(realm, token, now, { audience: this.#config.clientId, anybody: true });
    const { decodeProtectedHeader } = await import("jose");
    const typ =
      decodeProtectedHeader(token)
        .typ?.toLowerCase()
        .replace(/^application\//, "") ?? "jwt";
    // Many still call it a JWT, which says nothing; what calls itself something else is not for here.
    if (typ !== "jwt" && typ !== "logout+jwt") throw untrusted("that is no logout token (typ)");
    const [from, until] = [claims.iat ?? 0, claims.exp ?? 0];
    if (until - from > LOGOUT_SECONDS) throw untrusted("the logout token is good for too long (exp)");
    const events = (claims.events ?? {}) as Record<string, unknown>;
    const event = typeof events === "object" && Object.hasOwn(events, LOGOUT_EVENT) ? events[LOGOUT_EVENT] : undefined;
    if (typeof event !== "object" || event === null) throw untrusted("that is no logout token (events)");
    if (claims.nonce !== undefined) throw untrusted("that is no logout token (nonce)");
    const sid = typeof claims.sid === "string" ? claims.sid : null;
    const subject = claims.sub ?? null;
    if (sid === null && subject === null) throw untrusted("the logout token names nobody");
    if (typeof claims.jti !== "string") throw untrusted("the logout token has no name of its own (jti)");
    return { id: claims.jti, subject, sid, expiresAt: new Date((until + CLOCK_SKEW_SECONDS) * 1000) };
  }

  /** The realm's description, asked for once and then for every ten minutes; a failure is not kept. */
  async #described(): Promise<Realm> {
    const now = performance.now();
    if (this.#realm === undefined || now - this.#realm.since > DESCRIBED_MS) {
      this.#realm = { since: now, realm: once(() => this.#describe()) };
    }
    return await this.#realm.realm();
  }

  async #describe(): Promise<Realm> {
    const { issuer, internalIssuer } = this.#config;
    const at = `${internalIssuer}/.well-known/openid-configuration`;
    const { status, body } = await this.#ask(at);
    if (status === 404) {
      throw misconfigured(`${at} answered 404: is the realm in KEYCLOAK_REALM right, and KEYCLOAK_URL Keycloak's own?`);
    }
    if (status !== 200 || body === undefined) {
      throw unusable(status, `${at} answered ${status}, and not with a realm's description`);
    }
    // A Keycloak without a fixed hostname calls itself by whatever name it was asked by.
    const isItself = body.issuer === issuer || (internalIssuer !== issuer && body.issuer === internalIssuer);
    if (!isItself) {
      throw misconfigured(
        `${at} is a description of another issuer${typeof body.issuer === "string" ? `, ${shown(body.issuer)}` : ""}: KEYCLOAK_URL must be the name that Keycloak has before browsers (its KC_HOSTNAME)`,
      );
    }
    const outside = (url: unknown) => movedTo(url, internalIssuer, issuer);
    const inside = (url: unknown) => movedTo(url, issuer, internalIssuer);
    const [authorization, token, jwks] = [
      outside(body.authorization_endpoint),
      inside(body.token_endpoint),
      inside(body.jwks_uri),
    ];
    if (authorization === null || token === null || jwks === null) {
      throw misconfigured(`${at} lacks an endpoint, or names one that is no http address`);
    }
    const keys = await this.#keysAt(jwks);
    return {
      authorization,
      token,
      keys,
      userinfo: inside(body.userinfo_endpoint),
      endSession: outside(body.end_session_endpoint),
    };
  }

  /** The realm's keys, fetched when one is needed that is not known, and every ten minutes. */
  async #keysAt(address: string): Promise<RemoteJWKSet> {
    const { createRemoteJWKSet, customFetch } = await import("jose");
    return createRemoteJWKSet(new URL(address), {
      cooldownDuration: KEYS_COOLDOWN_MS,
      [customFetch]: async (url: string) => {
        const { status, body } = await this.#ask(url);
        if (status !== 200 || body === undefined)
          throw unusable(status, `${url} answered ${status}, and not with keys`);
        return Response.json(body);
      },
    });
  }

  async #exchange(realm: Realm, code: string, verifier: string): Promise<OAuth2Tokens> {
    const { OAuth2Tokens } = await import("arctic");
    const { clientId, clientSecret } = this.#config;
    // Both are escaped before they are joined (RFC 6749, 2.3.1), or a secret with a `+` would be another one.
    const credentials = Buffer.from(`${escaped(clientId)}:${escaped(clientSecret)}`).toString("base64");
    const { status, body } = await this.#ask(realm.token, {
      method: "POST",
      headers: { Authorization: `Basic ${credentials}` },
      body: new URLSearchParams({
        grant_type: "authorization_code",
        code,
        redirect_uri: this.#redirectUri,
        code_verifier: verifier,
      }),
    });
    if (status === 200 && body !== undefined) return new OAuth2Tokens(body);
    const error = wordOf(body?.error);
    const advice: Readonly<Record<string, string>> = {
      invalid_client: ": check KEYCLOAK_CLIENT_ID and KEYCLOAK_CLIENT_SECRET",
      unauthorized_client:
        ": check KEYCLOAK_CLIENT_SECRET, and that the client has client authentication and the standard flow",
      invalid_grant: `: the code was used before, too old, or made for another redirect URI than ${this.#redirectUri}`,
    };
    // A code that somebody made up or brings a second time is no mistake in the settings.
    const what = `the token endpoint answered ${status} ${error}${advice[error] ?? ""}`;
    throw error === "invalid_grant" ? untrusted(what) : unusable(status, what);
  }

  /**
   * The claims of a token that this realm has signed, for `audience` where one is named. `anybody` may have brought the
   * token: then an unknown key is looked for at most every few seconds. Throws ProviderError.
   */
  async #verify(
    { keys }: Realm,
    token: string,
    now: Date,
    { audience, anybody = false }: { audience?: string; anybody?: boolean },
  ): Promise<JWTPayload> {
    const { errors, jwtVerify } = await import("jose");
    const options = {
      issuer: this.#config.issuer,
      ...(audience === undefined ? {} : { audience }),
      algorithms: ALGORITHMS,
      clockTolerance: CLOCK_SKEW_SECONDS,
      currentDate: now,
      requiredClaims: ["iat", "exp"],
    };
    try {
      try {
        return (await jwtVerify(token, keys, options)).payload;
      } catch (error) {
        if (anybody || !(error instanceof errors.JWKSNoMatchingKey)) throw error;
        await keys.reload();
        return (await jwtVerify(token, keys, options)).payload;
      }
    } catch (error) {
      if (error instanceof ProviderError) throw error;
      if (error instanceof errors.JWKSTimeout) throw new ProviderError("timeout", "Keycloak's keys took too long");
      if (error instanceof errors.JWTClaimValidationFailed) {
        throw untrusted(`a token is not what it should be (${wordOf(error.claim)})`);
      }
      if (error instanceof errors.JOSEError) throw untrusted(`a token does not hold (${error.code})`);
      throw error;
    }
  }

  /** In the ID token, in the access token, which is where Keycloak writes roles by default, or in what userinfo says. */
  async #hasRole(realm: Realm, tokens: OAuth2Tokens, claims: JWTPayload, role: string, now: Date): Promise<boolean> {
    if (this.#rolesIn(claims).includes(role)) return true;
    const accessToken = textOf(() => tokens.accessToken(), "the token endpoint gave no access_token");
    if (accessToken.split(".").length === 3) {
      const access = await this.#verify(realm, accessToken, now, {});
      const isOurs = access.sub === claims.sub && (access.azp ?? this.#config.clientId) === this.#config.clientId;
      if (isOurs && this.#rolesIn(access).includes(role)) return true;
    }
    if (realm.userinfo === null) return false;
    const { status, body } = await this.#ask(realm.userinfo, { headers: { Authorization: `Bearer ${accessToken}` } });
    return status === 200 && body !== undefined && body.sub === claims.sub && this.#rolesIn(body).includes(role);
  }

  /** As Keycloak's "roles" client scope writes them: those of the realm, and those of this client. */
  #rolesIn(claims: JWTPayload | Json): string[] {
    const { realm_access: ofRealm, resource_access: ofClients } = claims as Readonly<Record<string, unknown>>;
    const client = memberOf(ofClients, this.#config.clientId);
    return [memberOf(ofRealm, "roles"), memberOf(client, "roles")].flatMap((roles) =>
      Array.isArray(roles) ? roles.filter((role) => typeof role === "string") : [],
    );
  }

  /** One request on the back channel, of bounded time and size, that follows nobody elsewhere. Throws ProviderError. */
  async #ask(url: string, init: RequestInit = {}): Promise<{ status: number; body: Json | undefined }> {
    try {
      const answer = await fetch(url, {
        ...init,
        headers: { Accept: "application/json", ...init.headers },
        redirect: "manual",
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
      return { status: answer.status, body: await jsonOf(answer) };
    } catch (error) {
      if (error instanceof ProviderError) throw error;
      const host = new URL(url).host;
      if (error instanceof DOMException && error.name === "TimeoutError") {
        throw new ProviderError("timeout", `${host} did not answer within ${PATIENCE_MS / 1000} seconds`);
      }
      const code = wordOf((error as { code?: unknown }).code);
      throw new ProviderError("unreachable", `${host} cannot be reached (${code})`);
    }
  }
}

/** How long a logout token may be good: it is sent at once. */
const LOGOUT_SECONDS = 10 * 60;
const DESCRIBED_MS = 10 * 60 * 1000;
const KEYS_COOLDOWN_MS = 10_000;

type Json = Readonly<Record<string, unknown>>;

/** A JSON object, or undefined for anything else. Throws ProviderError for more than it may hold. */
async function jsonOf(answer: Response): Promise<Json | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of (answer.body ?? []) as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > ANSWER_BYTES)
      throw new ProviderError("untrusted", "an answer of Keycloak's is larger than any should be");
    chunks.push(chunk);
  }
  try {
    const body: unknown = JSON.parse(Buffer.concat(chunks).toString("utf8"));
    return typeof body === "object" && body !== null && !Array.isArray(body) ? (body as Json) : undefined;
  } catch {
    return undefined;
  }
}

/** An endpoint under the name by which it is reached from here; null when it is no http address. */
function movedTo(url: unknown, from: string, to: string): string | null {
  if (typeof url !== "string" || !URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) return null;
  return url.startsWith(`${from}/`) ? to + url.slice(from.length) : url;
}

function untrusted(told: string): ProviderError {
  return new ProviderError("untrusted", told);
}

function misconfigured(told: string): ProviderError {
  return new ProviderError("misconfigured", told);
}

/** What an answer of that status says of Keycloak: that it is ill, or that it was asked the wrong thing. */
function unusable(status: number, told: string): ProviderError {
  return new ProviderError(status >= 500 ? "unreachable" : "misconfigured", told);
}

function textOf(take: () => string, otherwise: string): string {
  try {
    return take();
  } catch {
    throw misconfigured(otherwise);
  }
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, name) ? (value as Json)[name] : undefined;
}

/** An error's code as a log may show it. */
export function wordOf(value: unknown): string {
  return typeof value === "string" && /^[\w.-]{1,60}$/.test(value) ? value : "without a word";
}

function shown(url: string): string {
  return /^[!-~]{1,200}$/.test(url) ? url : "which has no name to show";
}

function escaped(text: string): string {
  return new URLSearchParams({ "": text }).toString().slice(1);
}

function emailOf(claim: unknown): string | null {
  return typeof claim === "string" &&
    claim.length <= 254 &&
    /^[^\s@\p{Cc}]+@[^\s@\p{Cc}]+$/u.test(claim) &&
    claim.isWellFormed()
    ? claim
    : null;
}

function nameOf(claim: unknown): string | null {
  if (typeof claim !== "string" || !claim.isWellFormed()) return null;
  return (
    claim
      .replace(/\p{Cc}+/gu, " ")
      .trim()
      .slice(0, 255)
      .toWellFormed() || null
  );
}
