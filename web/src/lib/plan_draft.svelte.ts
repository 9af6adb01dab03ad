/** A floor plan that is being drawn: its rooms' shapes in the plan's own whole units, with a way back and forth. */
import type { NewPlan, Shape } from "./manage_api"
import { boundsOf, cornersOf, type Point } from "./plan_shapes"

export interface Drawn { roomId: string; shape: Shape }
export interface Sheet { width: number; height: number; rooms: Drawn[] }

const EMPTY: Sheet = { width: 1000, height: 600, rooms: [] }
const STEPS_KEPT = 200
export const LEAST = 4

const rectangle = (a: Point, b: Point): Shape => ({
  kind: "rectangle",
  x: Math.min(a[0], b[0]), y: Math.min(a[1], b[1]),
  width: Math.max(1, Math.abs(a[0] - b[0])), height: Math.max(1, Math.abs(a[1] - b[1])),
})
const polygon = (points: Point[]): Shape => ({ kind: "polygon", points }) as Shape

export class PlanDraft {
  sheet = $state.raw<Sheet>(EMPTY)
  #saved = $state.raw<Sheet>(EMPTY)
  #past = $state.raw<Sheet[]>([])
  #future = $state.raw<Sheet[]>([])
  /** While a pointer draws, all that it does is one step. */
  #gesture: Sheet | null = null

  readonly changed = $derived(this.sheet !== this.#saved)
  readonly canUndo = $derived(this.#past.length > 0)
  readonly canRedo = $derived(this.#future.length > 0)
  /** What arrow keys move by. */
  readonly grid = $derived(Math.max(1, Math.round(Math.max(this.sheet.width, this.sheet.height) / 100)))

  /** Begins with what the hub has. */
  begin(sheet: Sheet | null) {
    this.sheet = this.#saved = sheet ?? EMPTY
    this.#past = []
    this.#future = []
  }

  keep() {
    this.#saved = this.sheet
  }

  get body(): NewPlan {
    return this.sheet as NewPlan
  }

  shapeOf(roomId: string): Shape | undefined {
    return this.sheet.rooms.find(room => room.roomId === roomId)?.shape
  }

  #put(sheet: Sheet) {
    if (!this.#gesture) {
      this.#past = [...this.#past, this.sheet].slice(-STEPS_KEPT)
      this.#future = []
    }
    this.sheet = sheet
  }

  press() {
    this.#gesture = this.sheet
  }

  release() {
    const before = this.#gesture
    this.#gesture = null
    if (!before || before === this.sheet) return
    this.#past = [...this.#past, before].slice(-STEPS_KEPT)
    this.#future = []
  }

  undo() {
    const before = this.#past.at(-1)
    if (!before) return
    this.#future = [...this.#future, this.sheet]
    this.#past = this.#past.slice(0, -1)
    this.sheet = before
  }

  redo() {
    const next = this.#future.at(-1)
    if (!next) return
    this.#past = [...this.#past, this.sheet]
    this.#future = this.#future.slice(0, -1)
    this.sheet = next
  }

  set(roomId: string, shape: Shape) {
    const rooms = this.sheet.rooms.some(room => room.roomId === roomId)
      ? this.sheet.rooms.map(room => (room.roomId === roomId ? { roomId, shape } : room))
      : [...this.sheet.rooms, { roomId, shape }]
    this.#put({ ...this.sheet, rooms })
  }

  takeOff(roomId: string) {
    this.#put({ ...this.sheet, rooms: this.sheet.rooms.filter(room => room.roomId !== roomId) })
  }

  /** No smaller than what is drawn on it. */
  resize(width: number, height: number) {
    const all = this.sheet.rooms.map(({ shape }) => boundsOf(shape))
    const least = (ends: number[]) => Math.max(LEAST, ...ends)
    const fit = (wanted: number, least: number) => Math.min(10_000, Math.max(Math.round(wanted) || least, least))
    this.#put({
      ...this.sheet,
      width: fit(width, least(all.map(box => box.x + box.width))),
      height: fit(height, least(all.map(box => box.y + box.height))),
    })
  }

  /** A rectangle between two points of the plan. */
  stretch(roomId: string, from: Point, to: Point) {
    this.set(roomId, rectangle(this.#within(from), this.#within(to)))
  }

  /** A rectangle in the first place that nothing lies on. */
  place(roomId: string) {
    const { width, height, rooms } = this.sheet
    const [wide, high] = [Math.max(1, Math.round(width / 6)), Math.max(1, Math.round(height / 5))]
    const boxes = rooms.map(({ shape }) => boundsOf(shape))
    const free = (x: number, y: number) => boxes.every(box => x + wide <= box.x || box.x + box.width <= x || y + high <= box.y || box.y + box.height <= y)
    for (let y = this.grid; y + high <= height; y += this.grid)
      for (let x = this.grid; x + wide <= width; x += this.grid)
        if (free(x, y)) return this.stretch(roomId, [x, y], [x + wide, y + high])
    this.stretch(roomId, [0, 0], [wide, high])
  }

  /** Moves the whole room, as far as the plan reaches. */
  move(roomId: string, dx: number, dy: number) {
    const shape = this.shapeOf(roomId)
    if (!shape) return
    const box = boundsOf(shape)
    const x = Math.min(Math.max(dx, -box.x), this.sheet.width - box.width - box.x)
    const y = Math.min(Math.max(dy, -box.y), this.sheet.height - box.height - box.y)
    if (!x && !y) return
    this.set(roomId, shape.kind === "rectangle" ? { ...shape, x: shape.x + x, y: shape.y + y } : polygon(cornersOf(shape).map(([px, py]) => [px + x, py + y])))
  }

  /** Moves one corner; a rectangle stays one. */
  moveCorner(roomId: string, corner: number, to: Point) {
    const shape = this.shapeOf(roomId)
    if (!shape) return
    const corners = cornersOf(shape)
    const there = this.#within(to)
    if (shape.kind === "rectangle") return this.stretch(roomId, corners[(corner + 2) % 4]!, there)
    this.set(roomId, polygon(corners.map((point, i) => (i === corner ? there : point))))
  }

  /** One more corner, in the middle of the longest side. */
  addCorner(roomId: string) {
    const shape = this.shapeOf(roomId)
    if (!shape) return
    const corners = cornersOf(shape)
    const side = (i: number) => Math.hypot(corners[i]![0] - corners[(i + 1) % corners.length]![0], corners[i]![1] - corners[(i + 1) % corners.length]![1])
    const longest = corners.reduce((best, _, i) => (side(i) > side(best) ? i : best), 0)
    const [a, b] = [corners[longest]!, corners[(longest + 1) % corners.length]!]
    this.set(roomId, polygon(corners.toSpliced(longest + 1, 0, [Math.round((a[0] + b[0]) / 2), Math.round((a[1] + b[1]) / 2)])))
  }

  removeCorner(roomId: string, corner: number) {
    const shape = this.shapeOf(roomId)
    if (shape?.kind === "polygon" && shape.points.length > 3) this.set(roomId, polygon(cornersOf(shape).toSpliced(corner, 1)))
  }

  straighten(roomId: string) {
    const shape = this.shapeOf(roomId)
    if (shape) this.set(roomId, { kind: "rectangle", ...boundsOf(shape) })
  }

  #within([x, y]: Point): Point {
    return [Math.min(this.sheet.width, Math.max(0, Math.round(x))), Math.min(this.sheet.height, Math.max(0, Math.round(y)))]
  }
}
