/** Who is signed in. The token itself is in a cookie that scripts can't read. */
import * as api from "./api"
import type { User } from "./model"
import { route } from "./route.svelte"

/** Pages for people who are not signed in. */
const OPEN_PAGES = ["/login", "/forgotten-password", "/set-password"]

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
    try {
      this.user = await api.me()
    } catch (problem) {
      const { status, message } = problem as api.Problem
      if (status === 401) return
      this.trouble = message
      setTimeout(() => this.restore(), 2000)
    }
  }

  async signIn(email: string, password: string) {
    this.user = await api.login(email, password)
  }

  async signOut() {
    await api.logout()
    this.user = null
    route.go("/login")
  }

  leave() {
    this.user = null
    if (OPEN_PAGES.includes(route.path)) return
    const next = route.path === "/" ? "" : `?next=${encodeURIComponent(route.path + route.query)}`
    route.go("/login" + next, { replace: true })
  }
}

export const session = new Session()
