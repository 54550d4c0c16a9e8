// A real provider of OpenID Connect (the package oidc-provider) for tests: `node provider.mjs PORT REDIRECT_URL [ALGORITHM]
// [id_token]`. Whoever gives a name and any password is that person; what they are there is below. With `id_token` the claims are in
// the ID token, else only what asks with the access token is told of them.
import { generateKeyPairSync } from "node:crypto";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const packages = process.env.SLUICE_PROVIDER_PACKAGES;
const require = createRequire(join(packages, "package.json"));
const { default: Provider } = await import(pathToFileURL(require.resolve("oidc-provider")));

const [port, redirectUrl, algorithm = "RS256", where = "userinfo"] = process.argv.slice(2);
const groups = {
  ada: ["staff", "sluice-admins"],
  olga: ["staff", "sluice-operators"],
  maria: ["sluice-moderators"],
  walter: ["sluice-screens"],
  local: ["sluice-operators"],
  stranger: ["staff"],
};

const [type, options] = algorithm === "ES256" ? ["ec", { namedCurve: "P-256" }] : ["rsa", { modulusLength: 2048 }];
const key = { ...generateKeyPairSync(type, options).privateKey.export({ format: "jwk" }), alg: algorithm, use: "sig", kid: "k1" };

const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [
    {
      client_id: "sluice",
      client_secret: "a secret / of 40% & more",
      redirect_uris: [redirectUrl],
      id_token_signed_response_alg: algorithm,
    },
  ],
  jwks: { keys: [key] },
  cookies: { keys: ["only for tests"] },
  pkce: { required: () => true, methods: ["S256"] },
  claims: { openid: ["sub"], profile: ["preferred_username", "groups"], email: ["email"] },
  conformIdTokenClaims: where !== "id_token",
  findAccount: (_, id) => ({
    accountId: id,
    claims: () => ({ sub: id, preferred_username: id, email: `${id}@corp.example`, groups: groups[id] ?? [] }),
  }),
  // Nobody is asked for their consent: the client is the company's own.
  loadExistingGrant: async (ctx) => {
    const grant = new ctx.oidc.provider.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId });
    grant.addOIDCScope("openid profile email");
    await grant.save();
    return grant;
  },
  ttl: { AccessToken: 600, AuthorizationCode: 60, IdToken: 600, Interaction: 600, Session: 600, Grant: 600 },
});
provider.listen(Number(port), "127.0.0.1", () => console.log("ready"));
