/** Where the titles on a day strip go. A title stands in its block where it fits, else in the free time
 * beside it; it never lies over another block or over the line of now. */

export interface Block { left: number; right: number; text: string }
/** `tight`: in smaller letters. */
export interface Label { left: number; width: number; place: "inside" | "after" | "before" | "none"; tight: boolean }

const PAD = 12 // px, both sides together
const SHORTEST = 34 // px in a block: less shows nothing but an ellipsis
const LEAST = 56 // px beside it

let pen: CanvasRenderingContext2D | null = null

function widthOf(text: string): number {
  if (!pen) {
    pen = document.createElement("canvas").getContext("2d")
    if (!pen) return text.length * 7
    pen.font = '500 13px "Atkinson Hyperlegible Next Variable", sans-serif'
  }
  return pen.measureText(text).width + 1
}

/** How wide a box the text wants on one line, and the narrowest that holds it on two; pixels. */
function needed(text: string): { whole: number; least: number } {
  const words = text.split(/\s+/)
  const whole = widthOf(text) + PAD
  const breaks = words.slice(1).map((_, i) =>
    Math.max(widthOf(words.slice(0, i + 1).join(" ")), widthOf(words.slice(i + 1).join(" "))))
  return { whole, least: Math.min(whole, ...breaks.map(width => width + PAD)) }
}

/** One label for each block; blocks in order and apart, `now` the line of now (null: not on this day),
 * all in pixels on a strip `width` wide. */
export function placeLabels(blocks: Block[], width: number, now: number | null): Label[] {
  let freeFrom = 0
  return blocks.map((block, i) => {
    const inside = block.right - block.left
    const { whole, least } = needed(block.text)
    const wall = blocks[i + 1]?.left ?? width
    const line = now !== null && now > block.right ? now - 4 : width
    const after = Math.min(wall, line) - block.right
    const start = now !== null && now < block.left ? Math.max(freeFrom, now + 4) : freeFrom
    const before = block.left - start
    const beside = Math.min(whole, Math.max(after, before))
    let label: Label = { left: block.left, width: inside, place: inside >= SHORTEST ? "inside" : "none", tight: least > inside }
    if (least > inside && beside > inside && beside >= Math.min(least, LEAST))
      label = after >= beside
        ? { left: block.right, width: beside, place: "after", tight: least > beside }
        : { left: block.left - beside, width: beside, place: "before", tight: least > beside }
    freeFrom = label.place === "after" ? label.left + label.width : block.right
    return label
  })
}
