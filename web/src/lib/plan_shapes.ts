/** The shapes of a floor plan, in its own whole units: where a label finds room in them, and which words fit. */
import type { Shape } from "./manage_api"

export type Point = [number, number]
export interface Box { x: number; y: number; width: number; height: number }

export function cornersOf(shape: Shape): Point[] {
  if (shape.kind === "polygon") return shape.points as Point[]
  const { x, y, width, height } = shape
  return [[x, y], [x + width, y], [x + width, y + height], [x, y + height]]
}

export function boundsOf(shape: Shape): Box {
  const xs = cornersOf(shape).map(([x]) => x)
  const ys = cornersOf(shape).map(([, y]) => y)
  const [x, y] = [Math.min(...xs), Math.min(...ys)]
  return { x, y, width: Math.max(...xs) - x, height: Math.max(...ys) - y }
}

/** From where to where a level line runs inside. */
function insideAt(corners: Point[], y: number): Point[] {
  const crossings = corners
    .flatMap(([x1, y1], i) => {
      const [x2, y2] = corners[(i + 1) % corners.length]!
      return y1 > y !== y2 > y ? [x1 + ((y - y1) * (x2 - x1)) / (y2 - y1)] : []
    })
    .sort((a, b) => a - b)
  return crossings.flatMap((x, i) => (i % 2 ? [] : [[x, crossings[i + 1] ?? x] as Point]))
}

const BANDS = 14

/** A rectangle within the shape that likes a label: as wide as can be, and not flat. */
export function labelBox(shape: Shape): Box {
  if (shape.kind === "rectangle") return shape
  const corners = cornersOf(shape)
  const all = boundsOf(shape)
  const level = (i: number) => insideAt(corners, all.y + (all.height * (i + 0.01)) / BANDS)
  const ends = (i: number) => insideAt(corners, all.y + (all.height * (i - 0.01)) / BANDS)
  const liking = ({ width, height }: Box) => Math.min(width, 2.5 * height)
  let best: Box = { ...all, width: 0, height: 0 }
  for (let top = 0; top < BANDS; top++) {
    let open = level(top)
    for (let bottom = top; bottom < BANDS && open.length; bottom++) {
      for (const other of [level(bottom), ends(bottom + 1)])
        open = open.flatMap(([a, b]) => other.map(([c, d]): Point => [Math.max(a, c), Math.min(b, d)])).filter(([a, b]) => b > a)
      for (const [a, b] of open) {
        const box = { x: a, y: all.y + (all.height * top) / BANDS, width: b - a, height: (all.height * (bottom - top + 1)) / BANDS }
        if (liking(box) > liking(best)) best = box
      }
    }
  }
  return best
}

export interface Line { text: string; size: number; bold: boolean }

const LEADING = 1.2
let pen: CanvasRenderingContext2D | null = null

function widthOf(text: string, size: number, bold: boolean): number {
  pen ??= document.createElement("canvas").getContext("2d")
  if (!pen) return text.length * size * 0.6
  pen.font = `${bold ? 700 : 550} ${size}px "Atkinson Hyperlegible Next Variable", sans-serif`
  return pen.measureText(text).width * 1.02
}

function wrapped(text: string, size: number, bold: boolean, width: number): Line[] | null {
  const lines: Line[] = []
  for (const word of text.split(/\s+/)) {
    const longer = lines.length ? `${lines.at(-1)!.text} ${word}` : word
    if (lines.length && widthOf(longer, size, bold) <= width) lines.at(-1)!.text = longer
    else lines.push({ text: word, size, bold })
  }
  return lines.every(line => widthOf(line.text, size, bold) <= width) ? lines : null
}

/** The room's name and what is said of it, as large as the box allows (pixels); the name alone where both do not
 * fit; null where not even that does. */
export function fitted(name: string, said: string, width: number, height: number): Line[] | null {
  const [wide, high] = [width - 12, height - 8]
  const fits = (lines: (Line[] | null)[]) => {
    const all = lines.every(each => each) ? lines.flatMap(each => each!) : null
    return all && all.reduce((sum, { size }) => sum + size * LEADING, 0) <= high ? all : null
  }
  for (let size = 19; size >= 12; size--) {
    const both = fits([wrapped(name, size, true, wide), wrapped(said, Math.max(12, size - 3), false, wide)])
    if (both) return both
  }
  for (const size of [14, 13, 12, 11]) {
    const alone = fits([wrapped(name, size, true, wide)])
    if (alone) return alone
  }
  return null
}

/** Where each line's letters stand, about the middle (pixels). */
export function baselines(lines: Line[]): number[] {
  let y = -lines.reduce((sum, { size }) => sum + size * LEADING, 0) / 2
  return lines.map(({ size }) => (y += size * LEADING) - size * (LEADING / 2 - 0.35) )
}

export const widest = (lines: Line[]) => Math.max(...lines.map(({ text, size, bold }) => widthOf(text, size, bold)))
export const heightOf = (lines: Line[]) => lines.reduce((sum, { size }) => sum + size * LEADING, 0)
