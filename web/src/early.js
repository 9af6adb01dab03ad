/* Stands in the page itself (vite.config.ts puts it there, without this comment): while the app's script is still on its way
 * it asks for the words, the page's code and the first answers. `lib/early.ts` hands those out, each once. */
;(() => {
  const early = /** @type {Record<string, Promise<Response>>} */ ((window.early = {}))
  const { pathname, origin } = location
  const kept = (/** @type {string} */ key) => localStorage.getItem(`circletime.${key}`)
  const ask = (/** @type {string} */ path) => (early[`${origin}/api/v1${path}`] = fetch(`/api/v1${path}`, { headers: { Accept: "application/json" } }))
  const bring = (/** @type {string} */ href) => {
    const css = href.endsWith(".css")
    const link = Object.assign(document.createElement("link"), { rel: css ? "preload" : "modulepreload", href, crossOrigin: "" })
    if (css) link.as = "style"
    document.head.append(link)
  }

  const tongues = [kept("language"), ...navigator.languages].map(tag => tag?.slice(0, 2).toLowerCase() ?? "")
  const words = WORDS
  bring(words[tongues.find(tag => tag in words) ?? "en"] ?? "")

  const outside = /^\/(login|forgotten-password|set-password)$/.test(pathname)
  if (outside) document.documentElement.className = "outside"
  if (pathname === "/login") ask("/auth/ways").catch(() => {})
  if (outside && !kept("signedIn")) return
  ask("/auth/me").catch(() => {})
  if (outside) return

  const room = /^\/rooms\/([^/]+)$/.exec(pathname)
  if (room) ROOM_PAGE.forEach(bring)
  for (const what of room ? ["state", "bookings"] : []) ask(`/rooms/${room?.[1]}/${what}`).catch(() => {})
  const buildings = ask("/buildings").then(answer => answer.clone().json())
  for (const path of ["/rooms", "/amenities"]) ask(path).catch(() => {})
  buildings.then(({ items }) => {
    const chosen = items.find((/** @type {{ id: string }} */ { id }) => id === kept("building")) ?? items[0]
    if (chosen && /^\/(rooms)?$/.test(pathname)) return ask(`/buildings/${chosen.id}/day`)
  }).catch(() => {})
})()
