/** Who is signed in. The token itself is in a cookie that scripts can't read. */
import * as api from "./api"
import type { User } from "./model"
import { route } from "./route.svelte"

/** Pages for people who are not signed in. */
const OPEN_PAGES = ["/login", "/forgotten-password", "/set-password"]

/** That somebody was signed in here: at the door nobody else's session is asked for. */
const KEPT = "circletime.signedIn"

class Session {
  /** undefined until the hub has been asked, null when nobody is signed in. */
  user = $state.raw<User | null>()
  /** Why nobody could be asked yet. */
  trouble = $state("")
  readonly watchesPanels = $derived(this.user?.role === "manager" || this.user?.role === "admin")

  constructor() {
    api.whenSignedOut(() => this.leave())
  }

  /** Asks the hub until it answers: a hub that is just starting is not a reason to sign in again. */
  async restore() {
    if (OPEN_PAGES.includes(route.path) && !localStorage.getItem(KEPT)) return void (this.user = null)
    try {
      this.user = await api.me()
      localStorage.setItem(KEPT, "yes")
    } catch (problem) {
      const { status, message } = problem as api.Problem
      if (status === 401) return
      this.trouble = message
      setTimeout(() => this.restore(), 2000)
    }
  }

  async signIn(email: string, password: string) {
    this.user = await api.login(email, password)
    localStorage.setItem(KEPT, "yes")
  }

  async signOut() {
    const there = (await api.logout()).providerUrl
    localStorage.removeItem(KEPT)
    if (there) return location.assign(there) // which leads back to the login page
    this.user = null
    route.go("/login")
  }

  leave() {
    this.user = null
    localStorage.removeItem(KEPT)
    if (OPEN_PAGES.includes(route.path)) return
    const next = route.path === "/" ? "" : `?next=${encodeURIComponent(route.path + route.query)}`
    route.go("/login" + next, { replace: true })
  }
}

export const session = new Session()
