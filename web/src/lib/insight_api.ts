/** The calls of reports and of closures; all reject with a `Problem`. */
import { all, client, of, take } from "./http"
import type { components, operations } from "./schema"

type Schemas = components["schemas"]
export type Kpis = Schemas["Kpis"]
export type KpiReport = Schemas["KpiReport"]
export type RoomFigures = Schemas["RoomFigures"]
export type GhostFigures = Schemas["GhostFigures"]
export type RoomCapacity = Schemas["RoomCapacity"]
export type TrendReport = Schemas["TrendReport"]
export type TrendPoint = Schemas["TrendPoint"]
export type HourCell = Schemas["HourCell"]
export type BookingsBehind = Schemas["BookingsBehind"]
export type CountedBooking = Schemas["CountedBooking"]
export type Closure = Schemas["Closure"]
export type NewClosure = Schemas["ClosureToAdd"]
export type Imported = Schemas["ClosuresImported"]
/** What every report says of itself. */
export type Report = Pick<KpiReport, "from" | "to" | "asOf" | "definitions" | "definitionsVersion">

type Asked = operations["ApiV1AnalyticsBookingsBookingsBehind"]["parameters"]["query"]
export type Measure = Asked["measure"]
export type Metric = TrendReport["metric"]
export type Bucket = TrendReport["bucket"]
/** Which dates, and which rooms or whose bookings. `to` is excluded. */
export type Scope = Pick<Asked, "from" | "to" | "buildingId" | "floorId" | "roomId" | "department">
export type Behind = Omit<Asked, "limit" | "cursor">

const over = (query: Scope) => ({ params: { query } })

export const kpis = (scope: Scope) => take(client.GET("/api/v1/analytics/kpis", over(scope)))
export const utilization = (scope: Scope) => take(client.GET("/api/v1/analytics/utilization", over(scope)))
export const heatmap = (scope: Scope) => take(client.GET("/api/v1/analytics/heatmap", over(scope)))
export const capacity = (scope: Scope) => take(client.GET("/api/v1/analytics/capacity", over(scope)))
export const peak = (scope: Scope) => take(client.GET("/api/v1/analytics/peak", over(scope)))
export const comparison = (scope: Scope) => take(client.GET("/api/v1/analytics/comparison", over(scope)))
export const ghosting = (scope: Scope, by: "room" | "department") =>
  take(client.GET("/api/v1/analytics/ghosting", { params: { query: { ...scope, by } } }))
export const trends = (scope: Scope, metric: Metric, bucket: Bucket) =>
  take(client.GET("/api/v1/analytics/trends", { params: { query: { ...scope, metric, bucket } } }))
export const behind = (asked: Behind, cursor?: string, limit?: number) =>
  take(client.GET("/api/v1/analytics/bookings", { params: { query: { ...asked, cursor, limit } } }))

export const closures = (buildingId: string): Promise<Closure[]> =>
  all(() => take(client.GET("/api/v1/closures", { params: { query: { buildingId } } })))
export const addClosure = (closure: NewClosure): Promise<Closure> => take(client.POST("/api/v1/closures", { body: closure }))
export const removeClosure = (id: string): Promise<unknown> => take(client.DELETE("/api/v1/closures/{id}", of(id)))
/** Closes the building on the days of an iCalendar file. */
export const importClosures = (buildingId: string, file: File): Promise<Imported> =>
  take(
    client.POST("/api/v1/closures/import", {
      params: { query: { buildingId } },
      body: file as never,
      bodySerializer: (body: unknown) => body as Blob,
      headers: { "Content-Type": "text/calendar" },
    } as never),
  )
