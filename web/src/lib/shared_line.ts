/** The SharedWorker that holds one line for all tabs of a browser: a stream each would use up the six
 * connections that HTTP/1.1 has. Works over plain http too, where there are no Web Locks. */
import { keepLine, type Told } from "./line"

export type Asked = { do: "open"; who: string } | { do: "close" }

const tabs = new Set<MessagePort>()
let holder = "" // whose line it is: another person in the same browser gets another line
let line: AbortController | null = null
let up = false

function tell(told: Told) {
  if (told.is !== "event") up = told.is === "heard"
  if (told.is === "signedOut") line = null
  for (const tab of tabs) tab.postMessage(told)
}

function open(who: string) {
  if (line && who === holder) return
  line?.abort()
  holder = who
  up = false
  line = new AbortController()
  keepLine(line.signal, tell)
}

function close() {
  if (tabs.size) return
  line?.abort()
  line = null
}

/** A tab that comes to an open line reads everything once, as if the line had just opened. */
function greet(tab: MessagePort) {
  const told: Told[] = up ? [{ is: "heard" }, { is: "event", event: { type: "hello" } }] : [{ is: "down" }]
  for (const each of told) tab.postMessage(each)
}

addEventListener("connect", event => {
  const tab = (event as MessageEvent).ports[0]!
  tab.onmessage = ({ data }: MessageEvent<Asked>) => {
    if (data.do === "close") {
      tabs.delete(tab)
      return close()
    }
    const already = line !== null && data.who === holder
    tabs.add(tab)
    open(data.who)
    if (already) greet(tab)
  }
})
