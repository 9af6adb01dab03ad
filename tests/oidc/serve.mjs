// An OpenID provider to sign in by: `oidc-provider`, which is certified, from web/node_modules.
// node serve.mjs WEB PORT HUB_URL: people come as JSON on the first line of standard input; "ready" goes out when it listens.
import { createRequire } from "node:module"
import { createInterface } from "node:readline"
import { pathToFileURL } from "node:url"

const [, , web, port, hub] = process.argv
const { default: Provider } = await import(pathToFileURL(createRequire(`${web}/package.json`).resolve("oidc-provider")))
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]()
const people = JSON.parse((await lines.next()).value)

const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [{
    client_id: "circletime",
    client_secret: "a secret: of the hub's, & 100 % its own",
    redirect_uris: [`${hub}/api/v1/auth/oidc/callback`],
    post_logout_redirect_uris: [`${hub}/login`],
  }],
  cookies: { keys: ["of tests"] },
  claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name", "roles", "department"] },
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...people[id] }) }),
  // The hub is the site's own: nobody is asked whether it may know them.
  async loadExistingGrant(ctx) {
    const grant = new ctx.oidc.provider.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId })
    grant.addOIDCScope("openid email profile")
    await grant.save()
    return grant
  },
})
provider.listen(Number(port), "127.0.0.1", () => console.log("ready"))
lines.next().then(() => process.exit(0)) // whoever started it is gone
