// Made from signaling/messages.py by `python -m signaling.protocol_typescript`. Do not edit.

export const PROTOCOL = "balai.v1";

export const MAX_MESSAGE_BYTES = 131072;

export type Role =
	| "host"
	| "participant";

export type SlotKind =
	| "audio"
	| "video"
	| "screen";

export type ErrorCode =
	| "bad_message"
	| "unknown_type"
	| "too_large"
	| "rate_limited"
	| "out_of_order"
	| "already_joined"
	| "no_such_meeting"
	| "meeting_full"
	| "bad_name"
	| "screen_taken"
	| "bad_sdp"
	| "resume_failed"
	| "internal";

export type GoodbyeReason =
	| "left"
	| "replaced"
	| "media_timeout"
	| "meeting_ended"
	| "server_stopping";

export type VideoCodec =
	| "VP8"
	| "H264"
	| "VP9"
	| "AV1";

/** What everybody in a meeting may know of one participant. */
export interface Participant {
	id: string;
	name: string;
	role: Role;
	microphone: boolean;
	camera: boolean;
	screen: boolean;
}

/** The first request on every connection. Answered by ``joined``, then followed by ``subscribe_offer``. */
export interface Join {
	type: "join";
	meeting: string;
	name: string;
	microphone?: boolean;
	camera?: boolean;
	resume?: string | null;
	id: number;
}

/** The offer of the publishing peer connection, answered by ``publish_answer``. */
export interface PublishOffer {
	type: "publish_offer";
	sdp: string;
	id: number;
}

/** The answer to the latest ``subscribe_offer``. Answered by ``ok``. */
export interface SubscribeAnswer {
	type: "subscribe_answer";
	sdp: string;
	id: number;
}

/** Microphone, camera and shared screen on or off. What is off is not forwarded, whatever the browser sends. */
export interface SetMedia {
	type: "set_media";
	microphone: boolean;
	camera: boolean;
	screen?: boolean;
	id: number;
}

/** One tile on a client's screen, in device pixels. */
export interface Tile {
	participant: string;
	width: number;
	height: number;
}

/** A size in device pixels. */
export interface Size {
	width: number;
	height: number;
}

/** What this client's screen shows, most wanted first. A hidden tab sends none. Answered by ``ok``. */
export interface SetView {
	type: "set_view";
	tiles: Tile[];
	speaker?: Size | null;
	screen?: boolean;
	id: number;
}

/** Is the connection alive? Answered by ``ok``. */
export interface Ping {
	type: "ping";
	id: number;
}

/** Leave at once. Answered by ``ok``, then ``goodbye``, then the server closes the WebSocket. */
export interface Leave {
	type: "leave";
	id: number;
}

export interface Ok {
	type: "ok";
	id: number;
}

export interface Joined {
	type: "joined";
	id: number;
	you: string;
	resume: string;
	resumed: boolean;
	meeting: string;
	participants: Participant[];
	slots: SlotState[];
	dominant: string | null;
}

export interface PublishAnswer {
	type: "publish_answer";
	id: number;
	sdp: string;
}

/** The answer to a request that was refused. ``id`` is null where the request's own could not be read. */
export interface Error {
	type: "error";
	id: number | null;
	code: ErrorCode;
	message: string;
}

/** Who is in one slot of the subscribing peer connection now. */
export interface SlotState {
	slot: string;
	kind: SlotKind;
	participant: string | null;
	paused?: boolean;
}

/** The offer of the subscribing peer connection: the slots, once. Answered by the request ``subscribe_answer``. */
export interface SubscribeOffer {
	type: "subscribe_offer";
	sdp: string;
}

/** A difference, merged over some 100 ms. ``changed`` holds newcomers and everybody whose entry is another now. */
export interface ParticipantsChanged {
	type: "participants_changed";
	changed: Participant[];
	left: string[];
}

/** A difference: the slots whose occupant is another now, or which are paused or go on. */
export interface SlotsChanged {
	type: "slots_changed";
	slots: SlotState[];
}

/** Who speaks, by audio levels (RFC 6464). Null while nobody does. */
export interface DominantChanged {
	type: "dominant_changed";
	participant: string | null;
}

/** What of this client's own pictures is watched by somebody: it need not encode, or send, more than that. */
export interface LayersWanted {
	type: "layers_wanted";
	camera: number;
	screen: boolean;
}

/** In which codec this client is to send its pictures from now on, so that everybody here can decode them. */
export interface CodecsWanted {
	type: "codecs_wanted";
	camera: VideoCodec | null;
	screen: VideoCodec | null;
}

/** The last message before the server closes the WebSocket. */
export interface Goodbye {
	type: "goodbye";
	reason: GoodbyeReason;
}

export type ClientMessage =
	| Join
	| PublishOffer
	| SubscribeAnswer
	| SetMedia
	| SetView
	| Ping
	| Leave;

export type Answer =
	| Ok
	| Joined
	| PublishAnswer
	| Error;

export type Event =
	| SubscribeOffer
	| ParticipantsChanged
	| SlotsChanged
	| DominantChanged
	| LayersWanted
	| CodecsWanted
	| Goodbye;

export type ServerMessage = Answer | Event;
