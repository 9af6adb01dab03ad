/** What a page shows, kept in its address: a link to it shows the same, and Back goes back. */
import { route } from "./route.svelte"

/** What the address says for that name, "" where it says nothing. */
export const asked = (name: string): string => new URLSearchParams(route.query).get(name) ?? ""

/** Goes where these are asked, and what is not named stays; what is empty leaves the address. */
export function askFor(wanted: Record<string, string>, { replace = false } = {}) {
  const query = new URLSearchParams(route.query)
  for (const [name, value] of Object.entries(wanted)) {
    if (value) query.set(name, value)
    else query.delete(name)
  }
  const said = query.toString()
  const [x, y] = [scrollX, scrollY]
  route.go(route.path + (said ? `?${said}` : ""), { replace })
  scrollTo(x, y)
}
