type J<T> = { content: { "application/json": T } }
type No = { query?: never; path?: never; header?: never; cookie?: never }
type G<T, Q = never, P = never> = { parameters: { query?: Q; path: P; header?: never; cookie?: never }; responses: { 200: J<T> } }
type G0<T, Q = never> = { parameters: { query?: Q; path?: never; header?: never; cookie?: never }; responses: { 200: J<T> } }
type Pst<B, T, P> = { parameters: { query?: never; path: P; header?: never; cookie?: never }; requestBody: J<B>; responses: { 200: J<T> } }
type Pst0<B, T, H = never> = { parameters: { query?: never; path?: never; header?: H; cookie?: never }; requestBody: J<B>; responses: { 200: J<T> } }
type Id = { id: string }
type S = components["schemas"]
export interface components { schemas: {
  User: { id: string; name: string; email: string; role: string; department: string | null }
  Building: { id: string; name: string; timeZone: string; floors: { id: string; name: string }[] }
  Room: { id: string; name: string; buildingId: string; floorId: string; capacity: number; amenities: string[]; status: string; outOfService: string | null; revision: number }
  Booking: { id: string; roomId: string; title: string | null; organizer: { id: string; name: string; department: string | null } | null; startsAt: string; endsAt: string; status: string; private: boolean; endedAt: string | null; releasedAt: string | null; revision: number }
  Panel: { id: string; name: string; roomId: string | null; status: string; lastHeardAt: string | null; firmware: string | null; simulated: boolean; frame: number | null }
} }
export interface paths {
  "/api/v1/auth/login": { post: Pst0<{ email: string; password: string }, { user: S["User"] }> }
  "/api/v1/auth/logout": { post: { parameters: No; responses: { 204: { content?: never } } } }
  "/api/v1/auth/me": { get: G0<S["User"]> }
  "/api/v1/buildings": { get: G0<{ items: S["Building"][]; nextCursor: string | null }, { cursor?: string; limit?: number }> }
  "/api/v1/rooms": { get: G0<{ items: S["Room"][]; nextCursor: string | null }, { cursor?: string; limit?: number }> }
  "/api/v1/rooms/{id}": { get: G<S["Room"], never, Id> }
  "/api/v1/rooms/{id}/state": { get: G<Record<string, unknown>, never, Id> }
  "/api/v1/rooms/{id}/bookings": { get: G<{ items: S["Booking"][] }, { date: string }, Id> }
  "/api/v1/bookings": { post: Pst0<{ roomId: string; title: string; startsAt: string; endsAt: string; attendees?: number | null; private?: boolean }, S["Booking"], { "Idempotency-Key"?: string }> }
  "/api/v1/bookings/{id}/check-in": { post: G<S["Booking"], never, Id> }
  "/api/v1/bookings/{id}/end": { post: G<S["Booking"], never, Id> }
  "/api/v1/bookings/{id}/cancel": { post: G<S["Booking"], never, Id> }
  "/api/v1/panels": { get: G0<{ items: S["Panel"][]; nextCursor: string | null }, { cursor?: string }> }
  "/api/v1/panels/{id}/press": { post: Pst<{ key: number }, unknown, Id> }
}
