/** A report as a file: fetched as it streams, so that the reader sees it come. */
import { Problem, take } from "./http"
import type { Scope } from "./insight_api"

export type Format = "csv" | "pdf"

export function exportPath(report: string, format: Format, scope: Scope, more: Record<string, string>): string {
  const query = new URLSearchParams({ format, ...more })
  for (const [name, value] of Object.entries(scope))
    for (const one of Array.isArray(value) ? value : [value]) if (one) query.append(name, String(one))
  return `/api/v1/analytics/${report}/export?${query}`
}

/** The file and its name. `progress` hears how many rows are here, and of how many, where it comes in rows. Rejects
 * with a `Problem`, also where the stream breaks off. */
export async function fetchFile(path: string, progress: (rows: number, whole: number) => void, signal: AbortSignal): Promise<{ file: Blob; name: string }> {
  const response = await fetch(path, { signal })
  if (!response.ok || !response.body) await take(response.json().then(error => ({ error, response }), () => ({ response })))
  const whole = response.headers.get("x-total-rows")
  const pieces: Uint8Array<ArrayBuffer>[] = []
  let lines = 0
  const reader = response.body!.getReader()
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    pieces.push(next.value)
    lines += next.value.filter(byte => byte === 10).length
    if (whole !== null) progress(Math.min(Math.max(0, lines - 1), Number(whole)), Number(whole))
  }
  if (whole !== null && lines <= Number(whole)) throw new Problem(0, "")
  const name = /filename="?([^";]+)/.exec(response.headers.get("content-disposition") ?? "")?.[1]
  return { file: new Blob(pieces, { type: response.headers.get("content-type") ?? "" }), name: name ?? path.split("/")[4]! }
}

export function save(file: Blob, name: string) {
  const link = document.createElement("a")
  link.href = URL.createObjectURL(file)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
}
