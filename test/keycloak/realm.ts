/** The realm that the suite imports: people, a role, and a client of Kagi for each of the names that it has. */
export const REALM = "team";
export const ROLE = "vault";
export const CLIENT_SECRET = "a+secret/with=signs-31";

export const ADA = { username: "ada", password: "violet-anchor-53", email: "ada@team.example", name: "Ada Lovelace" };
/** Has no role. */
export const BOB = { username: "bob", password: "copper-meadow-28", email: "bob@team.example", name: "Bob Noroles" };

type Client = Readonly<{ id: string; origin: string; logoutUrl: string }>;

/** As docs/keycloak.md tells an operator to set it up. */
export function realmWith(clients: readonly Client[]) {
  return {
    realm: REALM,
    enabled: true,
    sslRequired: "none",
    roles: { realm: [{ name: ROLE }] },
    users: [person(ADA, [ROLE]), person(BOB, [])],
    clients: clients.map(({ id, origin, logoutUrl }) => ({
      clientId: id,
      protocol: "openid-connect",
      publicClient: false,
      clientAuthenticatorType: "client-secret",
      secret: CLIENT_SECRET,
      standardFlowEnabled: true,
      directAccessGrantsEnabled: false,
      redirectUris: [`${origin}/api/auth/callback/keycloak`],
      attributes: {
        "post.logout.redirect.uris": `${origin}/sign-in`,
        "pkce.code.challenge.method": "S256",
        "backchannel.logout.url": logoutUrl,
        "backchannel.logout.session.required": "true",
      },
    })),
  };
}

function person(who: typeof ADA, roles: readonly string[]) {
  const [firstName, lastName] = who.name.split(" ");
  return {
    username: who.username,
    email: who.email,
    emailVerified: true,
    firstName,
    lastName,
    enabled: true,
    credentials: [{ type: "password", value: who.password, temporary: false }],
    realmRoles: roles,
  };
}
