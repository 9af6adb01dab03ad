/** One line of server-sent events from the hub, kept open. Read with fetch and not with EventSource, because
 * that hides the heartbeat comments: only they tell a quiet hub from a dead line. Knows no page, so that a
 * SharedWorker can hold the line for all tabs. */

export type HubEvent =
  | { type: "hello" }
  | { type: "room"; roomId: string; revision: number }
  | { type: "panel"; panelId: string; roomId: string | null; frame: number | null; status: string }
  | { type: "issue"; issueId: string; roomId: string; status: string }

/** What a line tells its tabs. */
export type Told = { is: "heard" } | { is: "down" } | { is: "signedOut" } | { is: "event"; event: HubEvent }

const SILENCE_MS = 40_000 // the hub sends a heartbeat every 15 s
const RETRY_MS = [500, 1000, 2000, 4000, 8000]

/** The `event:` and `data:` of one server-sent message; null for a comment. */
function parse(message: string): HubEvent | null {
  const field = (name: string) =>
    message.split("\n").filter(line => line.startsWith(`${name}:`)).map(line => line.slice(name.length + 1).trim()).join("\n")
  const type = field("event")
  return type ? { ...JSON.parse(field("data") || "{}"), type } : null
}

/** Listens until `stop`, and again whenever the line breaks; ends where nobody is signed in. */
export async function keepLine(stop: AbortSignal, tell: (told: Told) => void) {
  for (let failures = 0; !stop.aborted; failures++) {
    const ended = await listen(stop, told => {
      if (told.is === "heard") failures = 0
      tell(told)
    }).catch(() => "")
    if (stop.aborted) return
    if (ended === "signedOut") return tell({ is: "signedOut" })
    tell({ is: "down" })
    const wait = RETRY_MS[Math.min(failures, RETRY_MS.length - 1)]
    await new Promise(resolve => setTimeout(resolve, wait))
  }
}

async function listen(stop: AbortSignal, tell: (told: Told) => void) {
  const line = new AbortController()
  const signal = AbortSignal.any([stop, line.signal])
  let silence = setTimeout(() => line.abort(), SILENCE_MS)
  try {
    const response = await fetch("/api/v1/events", { signal, headers: { Accept: "text/event-stream" } })
    if (response.status === 401) return "signedOut"
    if (!response.ok || !response.body) return
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
    for (let rest = "", chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
      clearTimeout(silence)
      silence = setTimeout(() => line.abort(), SILENCE_MS)
      tell({ is: "heard" })
      const messages = (rest + chunk.value).replaceAll("\r\n", "\n").split("\n\n")
      rest = messages.pop() ?? ""
      for (const event of messages.map(parse)) if (event) tell({ is: "event", event })
    }
  } finally {
    clearTimeout(silence)
  }
}
