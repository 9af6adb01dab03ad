/** Where the user is, kept in step with the address bar. */
class Route {
  path = $state(location.pathname)
  query = $state(location.search)

  constructor() {
    addEventListener("popstate", () => this.#read())
    addEventListener("click", event => this.#follow(event))
  }

  #read() {
    this.path = location.pathname
    this.query = location.search
  }

  #follow(event: MouseEvent) {
    const link = event.target instanceof Element && event.target.closest("a")
    const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey
    if (!link || !plain || event.defaultPrevented || link.target || link.origin !== location.origin) return
    event.preventDefault()
    this.go(link.pathname + link.search)
  }

  /** Another page starts at its top; another question to the same page leaves the reader where they are. */
  go(to: string, { replace = false } = {}) {
    const before = this.path
    history[replace ? "replaceState" : "pushState"](null, "", to)
    this.#read()
    if (this.path !== before) scrollTo(0, 0)
  }
}

export const route = new Route()

/** A path of this site out of `?next=`, or /rooms: never another site's address. */
export function nextPath(query: string): string {
  const wanted = new URLSearchParams(query).get("next") ?? ""
  const url = new URL(wanted || "/", location.origin)
  const ours = wanted.startsWith("/") && url.origin === location.origin && url.pathname !== "/login"
  return ours ? url.pathname + url.search : "/rooms"
}
