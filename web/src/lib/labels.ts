/** Where the titles on a day strip go. A title stands in its block where it fits, else in the free time
 * beside it; it never lies over another block or over the line of now. */

export interface Block { left: number; right: number; text: string }
export interface Label { left: number; width: number; place: "inside" | "after" | "before" | "none" }

const PAD = 12 // px, both sides together
const LINES = 2
const SHORTEST = 34 // px: less shows nothing but an ellipsis

let pen: CanvasRenderingContext2D | null = null

function widthOf(text: string): number {
  pen ??= document.createElement("canvas").getContext("2d")
  if (!pen) return text.length * 7
  pen.font = '500 13px "Atkinson Hyperlegible Next Variable", sans-serif'
  return pen.measureText(text).width + 1
}

/** The narrowest box that holds the text on `LINES` lines, broken between words; pixels. */
function needed(text: string): number {
  const words = text.split(/\s+/)
  const whole = widthOf(text)
  const breaks = words.slice(1).map((_, i) =>
    Math.max(widthOf(words.slice(0, i + 1).join(" ")), widthOf(words.slice(i + 1).join(" "))))
  return PAD + (LINES > 1 && breaks.length ? Math.min(whole, ...breaks) : whole)
}

/** One label for each block; blocks in order and apart, `now` the line of now (null: not on this day),
 * all in pixels on a strip `width` wide. */
export function placeLabels(blocks: Block[], width: number, now: number | null): Label[] {
  let freeFrom = 0
  return blocks.map((block, i) => {
    const room = block.right - block.left
    const want = needed(block.text)
    const wall = blocks[i + 1]?.left ?? width
    const line = now !== null && now > block.right ? now - 4 : width
    const after = Math.min(wall, line) - block.right
    const start = now !== null && now < block.left ? Math.max(freeFrom, now + 4) : freeFrom
    const before = block.left - start
    const least = Math.min(want, 56)
    let label: Label = { left: block.left, width: room, place: room >= SHORTEST ? "inside" : "none" }
    if (want > room && after > room && after >= least)
      label = { left: block.right, width: Math.min(want, after), place: "after" }
    else if (want > room && before > room && before >= least)
      label = { left: block.left - Math.min(want, before), width: Math.min(want, before), place: "before" }
    freeFrom = label.place === "after" ? label.left + label.width : block.right
    return label
  })
}
