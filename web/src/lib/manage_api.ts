/** The calls of managers and admins, and of the floor map; one function each. All reject with a `Problem`. */
import { all, client, of, take } from "./http"
import type { Building, Panel, Room } from "./model"
import type { components } from "./schema"

type Schemas = components["schemas"]
export type Plan = Schemas["Plan"]
export type PlanRoom = Schemas["RoomNow"]
export type Shape = PlanRoom["shape"]
export type NewPlan = Schemas["NewPlan"]
export type Issue = Schemas["Issue"]
export type IssueChange = Schemas["IssueToChange"]
export type Member = Schemas["User"]
export type MemberChange = Schemas["UserToChange"]
export type NewMember = Schemas["UserToAdd"]
export type Policy = Schemas["Policy"]
export type PolicyChange = Schemas["PolicyOverrides"]
export type SiteSettings = Schemas["SiteSettings"]
export type RoomChange = Schemas["RoomToChange"]
export type NewRoom = Schemas["RoomToAdd"]
export type Floor = Schemas["Floor"]
export type Amenity = Schemas["Amenity"]
export type AuditEntry = Schemas["AuditEntry"]
export type Release = Schemas["Release"]
export type Rollout = Schemas["Rollout"]
export type Connection = Schemas["Connection"]
export type Webhook = Schemas["Webhook"]
export type WebhookEvent = Webhook["events"][number]
export type WebhookDelivery = Schemas["WebhookDelivery"]
export type Clash = Schemas["CalendarClash"]
export type ClaimedPanel = Schemas["ClaimedPanel"]

// The floor map, and its editor.

/** The plan as it is now, or as it is booked for `at` (milliseconds since 1970). */
export const plan = (floorId: string, at: number | null = null): Promise<Plan> =>
  take(client.GET("/api/v1/floors/{id}/plan", {
    params: { path: { id: floorId }, query: at === null ? {} : { at: new Date(at).toISOString() } },
  })) as Promise<unknown> as Promise<Plan>
export const roomsOn = (floorId: string): Promise<Room[]> =>
  all(cursor => take(client.GET("/api/v1/rooms", { params: { query: { floorId, cursor } } })))
export const setPlan = (floorId: string, body: NewPlan): Promise<Plan> =>
  take(client.PUT("/api/v1/floors/{id}/plan", { ...of(floorId), body })) as Promise<unknown> as Promise<Plan>
export const drawingOf = (floorId: string, version: string | number = "") =>
  `/api/v1/floors/${encodeURIComponent(floorId)}/plan/background.svg?v=${version}`
export const setDrawing = (floorId: string, svg: Blob): Promise<Schemas["DrawingBroughtIn"]> =>
  take(client.PUT("/api/v1/floors/{id}/plan/background.svg", {
    ...of(floorId),
    body: svg as never,
    bodySerializer: (body: unknown) => body as Blob,
    headers: { "Content-Type": "image/svg+xml" },
  }))
export const removeDrawing = (floorId: string): Promise<unknown> =>
  take(client.DELETE("/api/v1/floors/{id}/plan/background.svg", of(floorId)))

// Panels.

export const panels = async (): Promise<Panel[]> => (await take(client.GET("/api/v1/panels"))).items
export const claimPanel = (code: string, roomId: string): Promise<ClaimedPanel> =>
  take(client.POST("/api/v1/panels/claim", { body: { code, roomId } }))
export const changePanel = (id: string, body: Schemas["PanelToChange"]): Promise<Panel> =>
  take(client.PATCH("/api/v1/panels/{id}", { ...of(id), body }))
export const replacePanel = (id: string, code: string): Promise<ClaimedPanel> =>
  take(client.POST("/api/v1/panels/{id}/replace", { ...of(id), body: { code } }))
export const revokePanel = (id: string): Promise<unknown> => take(client.DELETE("/api/v1/panels/{id}", of(id)))

// Firmware.

export const releases = async (): Promise<Release[]> => (await take(client.GET("/api/v1/firmware"))).items
export const uploadFirmware = (file: Blob): Promise<Release> =>
  take(client.POST("/api/v1/firmware", {
    body: file as never,
    bodySerializer: (body: unknown) => body as Blob,
    headers: { "Content-Type": "application/octet-stream" },
  } as never)) as Promise<unknown> as Promise<Release>
export const rollouts = async (): Promise<Rollout[]> => (await take(client.GET("/api/v1/firmware/rollouts"))).items
export const startRollout = (version: string, firstPanelId: string | null, soakMinutes: number): Promise<Rollout> =>
  take(client.POST("/api/v1/firmware/rollouts", { body: { version, firstPanelId, soakMinutes } }))
export const stopRollout = (id: string): Promise<Rollout> =>
  take(client.POST("/api/v1/firmware/rollouts/{id}/stop", of(id)))

// Issues.

export const issues = (): Promise<Issue[]> =>
  all(cursor => take(client.GET("/api/v1/issues", { params: { query: { cursor } } })))
export const changeIssue = (id: string, body: IssueChange): Promise<Issue> =>
  take(client.PATCH("/api/v1/issues/{id}", { ...of(id), body }))

// People.

export const people = (): Promise<Member[]> =>
  all(cursor => take(client.GET("/api/v1/users", { params: { query: { cursor } } })))
export const addPerson = (body: NewMember): Promise<Member> => take(client.POST("/api/v1/users", { body }))
export const changePerson = (id: string, body: MemberChange): Promise<Member> =>
  take(client.PATCH("/api/v1/users/{id}", { ...of(id), body }))
export const inviteAgain = (id: string): Promise<unknown> =>
  take(client.POST("/api/v1/users/{id}/invitation", of(id)))
export const erasePerson = (id: string): Promise<Member> => take(client.POST("/api/v1/users/{id}/erasure", of(id)))

// Buildings, floors, rooms.

export const buildings = async (): Promise<Building[]> => (await take(client.GET("/api/v1/buildings"))).items
export const allRooms = (): Promise<Room[]> =>
  all(cursor => take(client.GET("/api/v1/rooms", { params: { query: { cursor } } })))
export const addBuilding = (name: string, timeZone: string, floor: string): Promise<Building> =>
  take(client.POST("/api/v1/buildings", { body: { name, timeZone, floors: floor ? [{ name: floor }] : [] } }))
export const changeBuilding = (id: string, body: Schemas["BuildingToChange"]): Promise<Building> =>
  take(client.PATCH("/api/v1/buildings/{id}", { ...of(id), body }))
export const removeBuilding = (id: string): Promise<unknown> => take(client.DELETE("/api/v1/buildings/{id}", of(id)))
export const addFloor = (buildingId: string, name: string): Promise<Floor> =>
  take(client.POST("/api/v1/buildings/{id}/floors", { ...of(buildingId), body: { name } }))
export const changeFloor = (id: string, name: string): Promise<Floor> =>
  take(client.PATCH("/api/v1/floors/{id}", { ...of(id), body: { name } }))
export const removeFloor = (id: string): Promise<unknown> => take(client.DELETE("/api/v1/floors/{id}", of(id)))
export const room = (id: string): Promise<Room> => take(client.GET("/api/v1/rooms/{id}", of(id)))
export const addRoom = (body: NewRoom): Promise<Room> => take(client.POST("/api/v1/rooms", { body }))
export const changeRoom = (id: string, body: RoomChange): Promise<Room> =>
  take(client.PATCH("/api/v1/rooms/{id}", { ...of(id), body }))
export const removeRoom = (id: string): Promise<unknown> => take(client.DELETE("/api/v1/rooms/{id}", of(id)))
export const setPin = (id: string, pin: string): Promise<Room> =>
  take(client.PUT("/api/v1/rooms/{id}/glass-pin", { ...of(id), body: { pin } }))
export const removePin = (id: string): Promise<unknown> => take(client.DELETE("/api/v1/rooms/{id}/glass-pin", of(id)))
export const amenities = async (): Promise<Amenity[]> => (await take(client.GET("/api/v1/amenities"))).items
export const addAmenity = (name: string): Promise<Amenity> => take(client.POST("/api/v1/amenities", { body: { name } }))
export const renameAmenity = (slug: string, name: string): Promise<Amenity> =>
  take(client.PATCH("/api/v1/amenities/{slug}", { params: { path: { slug } }, body: { name } }))
export const removeAmenity = (slug: string): Promise<unknown> =>
  take(client.DELETE("/api/v1/amenities/{slug}", { params: { path: { slug } } }))

// Calendars elsewhere.

export const connections = async (): Promise<Connection[]> => (await take(client.GET("/api/v1/connections"))).items
export const connect = (body: Schemas["CalendarToConnect"]): Promise<Connection> =>
  take(client.POST("/api/v1/connections", { body }))
export const changeConnection = (id: string, body: Schemas["ConnectionToChange"]): Promise<Connection> =>
  take(client.PATCH("/api/v1/connections/{id}", { ...of(id), body }))
export const testConnection = (id: string): Promise<Connection> => take(client.POST("/api/v1/connections/{id}/test", { ...of(id), body: {} }))
export const syncConnection = (id: string): Promise<Connection> => take(client.POST("/api/v1/connections/{id}/sync", { ...of(id), body: {} }))
export const disconnect = (id: string): Promise<unknown> => take(client.DELETE("/api/v1/connections/{id}", of(id)))
export const clashes = async (id: string): Promise<Clash[]> =>
  (await take(client.GET("/api/v1/connections/{id}/clashes", of(id)))).items

// Webhooks.

export const webhooks = async (): Promise<Webhook[]> => (await take(client.GET("/api/v1/webhooks"))).items
export const addWebhook = (body: Schemas["WebhookToAdd"]): Promise<Schemas["AddedWebhook"]> =>
  take(client.POST("/api/v1/webhooks", { body }))
export const changeWebhook = (id: string, body: Schemas["WebhookToChange"]): Promise<Webhook> =>
  take(client.PATCH("/api/v1/webhooks/{id}", { ...of(id), body }))
export const removeWebhook = (id: string): Promise<unknown> => take(client.DELETE("/api/v1/webhooks/{id}", of(id)))
export const tryWebhook = (id: string): Promise<WebhookDelivery> => take(client.POST("/api/v1/webhooks/{id}/test", { ...of(id), body: {} }))
export const renewWebhookSecret = (id: string): Promise<Schemas["WebhookSecret"]> =>
  take(client.POST("/api/v1/webhooks/{id}/secret", { ...of(id), body: {} }))
export const deliveries = async (id: string, dead: boolean): Promise<WebhookDelivery[]> =>
  (await take(client.GET("/api/v1/webhooks/{id}/deliveries", { params: { path: { id }, query: { limit: 20, ...(dead ? { status: "dead" as const } : {}) } } }))).items
export const resend = (id: string, delivery: string): Promise<WebhookDelivery> =>
  take(client.POST("/api/v1/webhooks/{id}/deliveries/{delivery}/resend", { params: { path: { id, delivery } }, body: {} }))

// Settings and audit.

export const settings = (): Promise<SiteSettings> => take(client.GET("/api/v1/settings"))
export const changeSettings = (body: Schemas["SettingsToChange"]): Promise<SiteSettings> =>
  take(client.PATCH("/api/v1/settings", { body }))

export interface AuditWish { actorId?: string; action?: string; subjectId?: string; from?: string; to?: string; cursor?: string }
export const audit = (query: AuditWish): Promise<{ items: AuditEntry[]; nextCursor?: string | null }> =>
  take(client.GET("/api/v1/audit", { params: { query: { ...query, limit: 50 } } }))
