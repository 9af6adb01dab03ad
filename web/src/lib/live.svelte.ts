/** The hub's server-sent events. Read with fetch and not with EventSource, because that hides the
 * heartbeat comments: only they tell a quiet hub from a dead line. */
import { clock } from "./clock.svelte"
import { session } from "./session.svelte"

const SILENCE_MS = 40_000 // the hub sends a heartbeat every 15 s
const RETRY_MS = [500, 1000, 2000, 4000, 8000]

export type HubEvent =
  | { type: "hello" }
  | { type: "room"; roomId: string; revision: number }
  | { type: "panel"; panelId: string; roomId: string | null; frame: number | null; status: string }
type Listener = (event: HubEvent) => void

/** The `event:` and `data:` of one server-sent message; null for a comment. */
function parse(message: string): HubEvent | null {
  const field = (name: string) =>
    message.split("\n").filter(line => line.startsWith(`${name}:`)).map(line => line.slice(name.length + 1).trim()).join("\n")
  const type = field("event")
  return type ? { ...JSON.parse(field("data") || "{}"), type } : null
}

class Live {
  /** False while the line is down: what is shown may be old. */
  connected = $state(true)
  /** When the hub was last heard, milliseconds since 1970. */
  heardAt = $state(clock.now)
  #listeners = new Set<Listener>()
  #greeted = false

  /** Calls `listener` for every event from now on; returns how to end that. `hello` comes whenever all
   * must be read anew: at once where the line is open, then each time that it opens. */
  on(listener: Listener): () => void {
    this.#listeners.add(listener)
    if (this.#greeted) queueMicrotask(() => listener({ type: "hello" }))
    return () => this.#listeners.delete(listener)
  }

  /** Keeps a line open until the returned function is called. */
  open(): () => void {
    const stop = new AbortController()
    this.#keep(stop.signal)
    return () => stop.abort()
  }

  async #keep(stop: AbortSignal) {
    for (let failures = 0; !stop.aborted; failures++) {
      await this.#listen(stop, () => (failures = 0)).catch(() => {})
      if (stop.aborted) return
      this.connected = false
      if (!this.#greeted) this.#tell({ type: "hello" }) // the pages then find, and say, what is wrong
      const wait = RETRY_MS[Math.min(failures, RETRY_MS.length - 1)]
      await new Promise(resolve => setTimeout(resolve, wait))
    }
  }

  async #listen(stop: AbortSignal, heard: () => void) {
    const line = new AbortController()
    const signal = AbortSignal.any([stop, line.signal])
    let silence = setTimeout(() => line.abort(), SILENCE_MS)
    try {
      const response = await fetch("/api/v1/events", { signal, headers: { Accept: "text/event-stream" } })
      if (response.status === 401) return session.leave()
      if (!response.ok || !response.body) return
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
      for (let rest = "", chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
        clearTimeout(silence)
        silence = setTimeout(() => line.abort(), SILENCE_MS)
        heard()
        this.connected = true
        this.heardAt = clock.now
        const messages = (rest + chunk.value).replaceAll("\r\n", "\n").split("\n\n")
        rest = messages.pop() ?? ""
        messages.forEach(message => this.#tell(parse(message)))
      }
    } finally {
      clearTimeout(silence)
    }
  }

  #tell(event: HubEvent | null) {
    this.#greeted ||= event?.type === "hello"
    if (event) for (const listener of this.#listeners) listener(event)
  }
}

export const live = new Live()
