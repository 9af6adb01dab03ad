/** Asks before what was typed and not saved is left behind: by a link of this app, by Back, or by closing the tab. */
import { ask } from "./asking.svelte"
import { route } from "./route.svelte"
import { say } from "./say.svelte"

/** Guards until the returned function is called; `dirty` says whether anything would be lost. */
export function guardUnsaved(dirty: () => boolean): () => void {
  const sure = () => ask({ title: say("settings.leaveAsk"), text: say("settings.leaveWhy"), word: say("settings.leaveDo") })
  async function leave(event: MouseEvent) {
    const link = event.target instanceof Element && event.target.closest<HTMLAnchorElement>("a[href]")
    const elsewhere = link && !link.target && link.origin === location.origin && link.pathname !== location.pathname
    if (!elsewhere || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || !dirty()) return
    event.preventDefault()
    event.stopPropagation()
    if (await sure()) route.go(link.pathname + link.search)
  }
  function close(event: BeforeUnloadEvent) {
    if (dirty()) event.preventDefault()
  }
  route.guard = { dirty, sure }
  addEventListener("click", leave, true)
  addEventListener("beforeunload", close)
  return () => {
    route.guard = null
    removeEventListener("click", leave, true)
    removeEventListener("beforeunload", close)
  }
}
