/** Answers that the page asked for before this script was there (`early.js`): each is taken once, and none is taken once
 * somebody has signed out or in. */
export function fetchOnce(request: Request): Promise<Response> {
  const answer = request.method === "GET" ? window.early?.[request.url] : undefined
  if (!answer) return fetch(request)
  delete window.early![request.url]
  return answer
}

export function forgetEarly() {
  window.early = {}
}
