/** What would be lost where the page is left, and the question that asks before. */
export interface Guard { dirty: () => boolean; sure: () => Promise<boolean> }

/** Where the user is, kept in step with the address bar. */
class Route {
  path = $state(location.pathname)
  query = $state(location.search)
  /** Set while a page has something unsaved to lose. */
  guard: Guard | null = null
  #at: number // which step of this tab's history it is: so it is known how far Back went
  #returning = false

  constructor() {
    this.#at = Number(history.state?.at ?? 0)
    history.replaceState({ at: this.#at }, "")
    addEventListener("popstate", () => void this.#pop())
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
    if (link.getAttribute("href")?.startsWith("#")) return this.#skipTo(link.hash.slice(1))
    this.go(link.pathname + link.search)
  }

  /** Back, or forward. Where something would be lost the tab returns to the page first, and then asks. */
  async #pop() {
    const to = Number(history.state?.at ?? 0)
    const [back, guard] = [this.#at - to, this.guard]
    if (this.#returning) return void (this.#returning = false)
    if (!back || location.pathname === this.path || !guard?.dirty()) {
      this.#at = to
      return this.#read()
    }
    this.#returning = true
    history.go(back)
    if (!(await guard.sure())) return
    this.guard = null
    history.go(-back)
  }

  #skipTo(id: string) {
    const target = document.getElementById(id)
    target?.setAttribute("tabindex", "-1")
    target?.focus()
  }

  /** Another page starts at its top; another question to the same page leaves the reader where they are. */
  go(to: string, { replace = false } = {}) {
    const before = this.path
    if (!replace) this.#at++
    history[replace ? "replaceState" : "pushState"]({ at: this.#at }, "", to)
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
