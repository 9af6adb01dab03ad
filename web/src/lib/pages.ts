/** Every page there is: its address, who may see it, and where the menu has it. A page of its own chunk is
 * loaded when it is first opened, with its words. */
import type { Component } from "svelte"
import type { User } from "./model"
import type { Area, Key } from "./say.svelte"
import Login from "../pages/Login.svelte"
import Rooms from "../pages/Rooms.svelte"

// eslint-disable-next-line -- a page takes the parts of its own path as props
export type Page = Component<any>
export type Who = "anyone" | "member" | "lead" | "manager" | "admin"

export interface PageDef {
  /** "/rooms/:roomId": the page gets `roomId`. */
  path: string
  who: Who
  /** What the menu, the title of the window and the heading call it. */
  title: Key
  /** In which part of the menu it stands. */
  menu?: "main" | "manage" | "insights" | "own"
  areas?: Area[]
  here?: Page
  load?: () => Promise<{ default: Page }>
}

export const PAGES: PageDef[] = [
  { path: "/login", who: "anyone", title: "core.logIn", here: Login },
  { path: "/forgotten-password", who: "anyone", title: "core.forgotten", load: () => import("../pages/ForgottenPassword.svelte") },
  { path: "/set-password", who: "anyone", title: "core.setPassword", load: () => import("../pages/SetPassword.svelte") },
  { path: "/rooms", who: "member", title: "core.rooms", menu: "main", here: Rooms },
  { path: "/rooms/:roomId", who: "member", title: "core.room", load: () => import("../pages/Room.svelte") },
  { path: "/floor-map", who: "member", title: "core.floorMap", menu: "main", areas: ["floor"], load: () => import("../pages/FloorMap.svelte") },
  { path: "/bookings", who: "member", title: "core.myBookings", menu: "main", areas: ["mine"], load: () => import("../pages/MyBookings.svelte") },
  { path: "/account", who: "member", title: "core.account", menu: "own", areas: ["mine"], load: () => import("../pages/Account.svelte") },
  { path: "/panels", who: "manager", title: "core.panels", menu: "manage", areas: ["panels"], load: () => import("../pages/Panels.svelte") },
  { path: "/panels/claim", who: "manager", title: "core.panels", areas: ["panels"], load: () => import("../pages/Panels.svelte") },
  { path: "/panels/firmware", who: "admin", title: "core.firmware", areas: ["panels"], load: () => import("../pages/Firmware.svelte") },
  { path: "/issues", who: "manager", title: "core.issues", menu: "manage", areas: ["issues"], load: () => import("../pages/Issues.svelte") },
  { path: "/admin/rooms", who: "manager", title: "core.editor", menu: "manage", areas: ["editor"], load: () => import("../pages/ManageRooms.svelte") },
  { path: "/admin/rooms/:roomId", who: "manager", title: "core.room", areas: ["editor", "settings", "issues"], load: () => import("../pages/RoomSettings.svelte") },
  { path: "/people", who: "admin", title: "core.people", menu: "manage", areas: ["people"], load: () => import("../pages/People.svelte") },
  { path: "/admin/floors/:floorId", who: "admin", title: "core.plan", areas: ["editor", "settings"], load: () => import("../pages/PlanEditor.svelte") },
  { path: "/admin/settings", who: "admin", title: "core.settings", menu: "manage", areas: ["settings"], load: () => import("../pages/Settings.svelte") },
  { path: "/admin/audit", who: "admin", title: "core.audit", menu: "manage", areas: ["audit", "settings"], load: () => import("../pages/Audit.svelte") },
  { path: "/admin/dashboard", who: "lead", title: "core.dashboard", menu: "insights", areas: ["analytics"], load: () => import("../pages/Dashboard.svelte") },
  { path: "/admin/utilization", who: "lead", title: "core.utilization", menu: "insights", areas: ["analytics"], load: () => import("../pages/Utilization.svelte") },
  { path: "/admin/ghosting", who: "lead", title: "core.ghosting", menu: "insights", areas: ["analytics"], load: () => import("../pages/Ghosting.svelte") },
  { path: "/admin/capacity", who: "lead", title: "core.capacity", menu: "insights", areas: ["analytics"], load: () => import("../pages/Capacity.svelte") },
  { path: "/admin/closures", who: "manager", title: "core.closures", menu: "manage", areas: ["closures"], load: () => import("../pages/Closures.svelte") },
  { path: "/admin/connections", who: "manager", title: "core.connections", menu: "manage", areas: ["connections", "webhooks"], load: () => import("../pages/Connections.svelte") },
]

export interface Place { page: PageDef; params: Record<string, string> }

/** The page at that path of this site, and what its `:parts` are; null where there is none. */
export function placeOf(path: string): Place | null {
  const steps = path.split("/")
  for (const page of PAGES) {
    const wanted = page.path.split("/")
    const fits = wanted.length === steps.length && wanted.every((step, i) => (step.startsWith(":") ? steps[i] : step === steps[i]))
    const named = wanted.flatMap((step, i) => (step.startsWith(":") ? [[step.slice(1), steps[i]!]] : []))
    if (fits) return { page, params: Object.fromEntries(named) }
  }
  return null
}

const RANKS: Who[] = ["anyone", "member", "lead", "manager", "admin"]

/** Who leads a department ranks between its members and who manages rooms. */
function rankOf(user: User | null | undefined): number {
  if (!user) return 0
  const leads = user.role === "member" && user.leadsDepartment && user.department !== null
  return RANKS.indexOf(leads ? "lead" : (user.role as Who))
}

export const maySee = (page: PageDef, user: User | null | undefined): boolean => RANKS.indexOf(page.who) <= rankOf(user)

/** What the menu has for that person, part by part. */
export const menuOf = (user: User, menu: PageDef["menu"]) => PAGES.filter(page => page.menu === menu && maySee(page, user))
