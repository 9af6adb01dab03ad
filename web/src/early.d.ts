/** Where each language's first words are, and the files of a room's page: known once all is built. */
declare const WORDS: Record<string, string>
declare const ROOM_PAGE: string[]

interface Window { early?: Record<string, Promise<Response>> }
