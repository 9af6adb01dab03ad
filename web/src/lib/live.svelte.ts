/** What the hub tells as it happens. All tabs of a browser share one line; where a browser has no SharedWorker
 * a tab holds a line of its own, while it is looked at. */
import { clock } from "./clock.svelte"
import { keepLine, type HubEvent, type Told } from "./line"
import { session } from "./session.svelte"
import type { Asked } from "./shared_line"

export type { HubEvent }
type Listener = (event: HubEvent) => void

class Live {
  /** False while the line is down: what is shown may be old. */
  connected = $state(true)
  /** When the hub was last heard, milliseconds since 1970. */
  heardAt = $state(clock.now)
  #listeners = new Set<Listener>()
  #greeted = false
  #worker: SharedWorker | undefined

  /** Calls `listener` for every event from now on; returns how to end that. `hello` comes whenever all
   * must be read anew: at once where the line is open, then each time that it opens. */
  on(listener: Listener): () => void {
    this.#listeners.add(listener)
    if (this.#greeted) queueMicrotask(() => listener({ type: "hello" }))
    return () => this.#listeners.delete(listener)
  }

  /** Keeps a line open for that person until the returned function is called. */
  open(who: string): () => void {
    return "SharedWorker" in globalThis ? this.#share(who) : this.#own()
  }

  #share(who: string) {
    this.#worker ??= new SharedWorker(new URL("./shared_line.ts", import.meta.url), { type: "module", name: "circletime" })
    const { port } = this.#worker
    const post = (asked: Asked) => port.postMessage(asked)
    const [join, leave] = [() => post({ do: "open", who }), () => post({ do: "close" })]
    port.onmessage = ({ data }: MessageEvent<Told>) => this.#hear(data)
    const back = (event: PageTransitionEvent) => event.persisted && join()
    addEventListener("pagehide", leave)
    addEventListener("pageshow", back)
    join()
    return () => {
      removeEventListener("pagehide", leave)
      removeEventListener("pageshow", back)
      leave()
    }
  }

  #own() {
    let line: AbortController | null = null
    const look = () => {
      if (document.hidden) {
        line?.abort()
        line = null
      } else if (!line) {
        line = new AbortController()
        keepLine(line.signal, told => this.#hear(told))
      }
    }
    document.addEventListener("visibilitychange", look)
    look()
    return () => {
      document.removeEventListener("visibilitychange", look)
      line?.abort()
    }
  }

  #hear(told: Told) {
    if (told.is === "signedOut") return session.leave()
    if (told.is === "event") return this.#tell(told.event)
    this.connected = told.is === "heard"
    if (told.is === "heard") this.heardAt = clock.now
    else if (!this.#greeted) this.#tell({ type: "hello" }) // the pages then find, and say, what is wrong
  }

  #tell(event: HubEvent) {
    this.#greeted ||= event.type === "hello"
    for (const listener of this.#listeners) listener(event)
  }
}

export const live = new Live()
