// Made from signaling/messages by `python -m signaling.protocol_typescript`. Do not edit.

export const PROTOCOL = "balai.v1";

export const MAX_MESSAGE_BYTES = 131072;

export type Role =
	| "host"
	| "cohost"
	| "participant"
	| "listener";

export type Quality =
	| "good"
	| "fair"
	| "poor"
	| "lost";

export type SlotKind =
	| "audio"
	| "video"
	| "screen"
	| "screen_audio";

export type ErrorCode =
	| "bad_message"
	| "unknown_type"
	| "too_large"
	| "rate_limited"
	| "out_of_order"
	| "already_joined"
	| "no_such_meeting"
	| "meeting_full"
	| "meeting_locked"
	| "banned"
	| "bad_name"
	| "screen_taken"
	| "bad_sdp"
	| "resume_failed"
	| "forbidden"
	| "not_permitted"
	| "no_such_participant"
	| "last_host"
	| "empty_message"
	| "no_such_message"
	| "bad_poll"
	| "no_such_poll"
	| "no_such_file"
	| "server_stopping"
	| "no_telephone"
	| "bad_number"
	| "number_not_allowed"
	| "too_many_calls"
	| "no_such_call"
	| "internal";

export type GoodbyeReason =
	| "left"
	| "replaced"
	| "media_timeout"
	| "meeting_ended"
	| "server_stopping"
	| "refused"
	| "removed"
	| "banned";

export type Reaction =
	| "👍"
	| "👏"
	| "❤️"
	| "😂"
	| "😮"
	| "🙏"
	| "🎉"
	| "👎";

export type PollState =
	| "draft"
	| "open"
	| "closed";

export type CallDirection =
	| "in"
	| "out";

export type PhoneCallState =
	| "calling"
	| "ringing"
	| "answered"
	| "in"
	| "busy"
	| "no_answer"
	| "failed"
	| "cancelled"
	| "ended";

export type VideoCodec =
	| "VP8"
	| "H264"
	| "VP9"
	| "AV1";

/** What the chair leaves open to those who don't chair the meeting. */
export interface Policy {
	lobby: boolean;
	locked: boolean;
	speak: boolean;
	show: boolean;
	share: boolean;
	several_screens: boolean;
	chat: boolean;
	private_chat: boolean;
	files: boolean;
	react: boolean;
	ask_unit: boolean;
}

/** Whose turn it is to speak. */
export interface Floor {
	participant: string;
	taken: boolean;
	seconds_left: number | null;
}

/** How the meeting is chaired now, as everybody may know. */
export interface MeetingState {
	title: string;
	policy: Policy;
	floor: Floor | null;
	spotlit: string[];
}

/** Somebody in the lobby, as chairs may know. */
export interface Waiting {
	id: string;
	name: string;
	unit: string;
	position: string;
	seconds: number;
	telephone: string | null;
}

/** Throw some of the switches; those that are left out stay. Switching the lobby off lets everybody in. */
export interface SetPolicy {
	type: "set_policy";
	lobby?: boolean;
	locked?: boolean;
	speak?: boolean;
	show?: boolean;
	share?: boolean;
	several_screens?: boolean;
	chat?: boolean;
	private_chat?: boolean;
	files?: boolean;
	react?: boolean;
	ask_unit?: boolean;
	id: number;
}

/** Let these in from the lobby; null: all. */
export interface Admit {
	type: "admit";
	waiting: string[] | null;
	id: number;
}

/** Send these away from the lobby. */
export interface Refuse {
	type: "refuse";
	waiting: string[];
	id: number;
}

/** Send somebody away; for good, where it is a ban. */
export interface Remove {
	type: "remove";
	participant: string;
	ban?: boolean;
	id: number;
}

/** Mute somebody; null: everybody but the chairs. */
export interface Mute {
	type: "mute";
	participant: string | null;
	id: number;
}

/** Switch somebody's camera off. */
export interface StopCamera {
	type: "stop_camera";
	participant: string;
	id: number;
}

/** Stop somebody's sharing. */
export interface StopScreen {
	type: "stop_screen";
	participant: string;
	id: number;
}

/** Ask somebody to unmute: they are told by ``unmute_asked``. */
export interface AskUnmute {
	type: "ask_unmute";
	participant: string;
	id: number;
}

/** Not to unmute, having been asked to. Chairs are told by ``unmute_declined``. */
export interface DeclineUnmute {
	type: "decline_unmute";
	id: number;
}

/** Raise or lower one's own hand. */
export interface RaiseHand {
	type: "raise_hand";
	raised: boolean;
	id: number;
}

/** Lower somebody's hand; null: all. */
export interface LowerHands {
	type: "lower_hands";
	participant: string | null;
	id: number;
}

/** Give somebody the floor, with or without a time limit: their hand goes down; it is theirs once they unmute. */
export interface GiveFloor {
	type: "give_floor";
	participant: string;
	seconds?: number | null;
	id: number;
}

/** Give whoever has the floor so many seconds from now on; null: no limit. */
export interface SetFloorTime {
	type: "set_floor_time";
	seconds: number | null;
	id: number;
}

/** The floor is nobody's. Where people may not unmute themselves, whoever had it is muted. */
export interface EndFloor {
	type: "end_floor";
	id: number;
}

/** Everybody is to see these large; none: nobody in particular. */
export interface Spotlight {
	type: "spotlight";
	participants: string[];
	id: number;
}

/** Give somebody another role. */
export interface SetRole {
	type: "set_role";
	participant: string;
	role: Role;
	id: number;
}

/** Give somebody another name. */
export interface Rename {
	type: "rename";
	participant: string;
	name: string;
	id: number;
}

/** The meeting is over for all. */
export interface EndMeeting {
	type: "end_meeting";
	id: number;
}

/** The meeting is chaired otherwise now. */
export interface MeetingChanged {
	type: "meeting_changed";
	state: MeetingState;
}

/** To chairs: who waits now, in order of arrival. */
export interface LobbyChanged {
	type: "lobby_changed";
	waiting: Waiting[];
}

/** The chair asks this client's user to unmute: by ``set_media``, or else by ``decline_unmute``. */
export interface UnmuteAsked {
	type: "unmute_asked";
	floor: boolean;
}

/** To chairs: somebody does not want to unmute. */
export interface UnmuteDeclined {
	type: "unmute_declined";
	participant: string;
}

/** The wait in the lobby is over: join again, with the ``person`` of ``waiting``. */
export interface Admitted {
	type: "admitted";
}

/** A file that came with a message: ``GET /api/meetings/<code>/files/<id>``. */
export interface ChatFile {
	id: string;
	name: string;
	media_type: string;
	size: number;
}

/** One message of the chat. The text is hostile: show it as text. */
export interface ChatMessage {
	id: number;
	at: number;
	sender: string;
	name: string;
	mine: boolean;
	text: string;
	to: string | null;
	to_name: string | null;
	file: ChatFile | null;
}

/** A poll as this client may see it. */
export interface Poll {
	id: number;
	question: string;
	options: string[];
	several: boolean;
	anonymous: boolean;
	live: boolean;
	state: PollState;
	voters: number;
	counts: number[] | null;
	mine: number[];
}

/** Write to everybody, or to one. Answered by ``ok``; the message comes to its writer as to others. */
export interface SendChat {
	type: "send_chat";
	text: string;
	to?: string | null;
	file?: string | null;
	once?: string | null;
	id: number;
}

/** The messages before one, or the latest. Answered by ``chat_page``. */
export interface ReadChat {
	type: "read_chat";
	before?: number | null;
	id: number;
}

/** Take one's own message away; chairs: anybody's. */
export interface DeleteChat {
	type: "delete_chat";
	message: number;
	id: number;
}

/** Show everybody a reaction, for a moment. */
export interface React {
	type: "react";
	reaction: Reaction;
	id: number;
}

/** Make a poll, which only chairs see until it is opened. Answered by ``ok``; ``poll_changed`` follows. */
export interface CreatePoll {
	type: "create_poll";
	question: string;
	options: string[];
	several?: boolean;
	anonymous?: boolean;
	live?: boolean;
	open?: boolean;
	id: number;
}

/** Open or close a poll. */
export interface SetPollState {
	type: "set_poll_state";
	poll: number;
	state: PollState;
	id: number;
}

/** Delete a poll with its votes. */
export interface DeletePoll {
	type: "delete_poll";
	poll: number;
	id: number;
}

/** Choose options, by number from 0; what was chosen before is void. None takes the vote back. */
export interface Vote {
	type: "vote";
	poll: number;
	options: number[];
	id: number;
}

export interface ChatPage {
	type: "chat_page";
	id: number;
	messages: ChatMessage[];
	more: boolean;
}

/** A new message. */
export interface ChatSaid {
	type: "chat_said";
	message: ChatMessage;
}

/** A message was taken away. */
export interface ChatDeleted {
	type: "chat_deleted";
	message: number;
}

/** One reaction of one participant. */
export interface ShownReaction {
	participant: string;
	reaction: Reaction;
}

/** Some show reactions: all of a moment, each participant's latest. */
export interface Reacted {
	type: "reacted";
	reactions: ShownReaction[];
}

/** A poll is new, or another now. Counts are merged over a moment. */
export interface PollChanged {
	type: "poll_changed";
	poll: Poll;
}

export interface PollDeleted {
	type: "poll_deleted";
	poll: number;
}

/** How to come into this meeting by telephone. */
export interface Telephone {
	numbers: string[];
	pin: string;
	can_dial: boolean;
}

/** A telephone call of this meeting, as chairs may know. */
export interface PhoneCall {
	id: string;
	direction: CallDirection;
	number: string;
	state: PhoneCallState;
	participant: string | null;
}

/** Call this number, and let whoever answers in. What comes of it, ``phone_calls_changed`` tells. */
export interface Dial {
	type: "dial";
	number: string;
	id: number;
}

/** Give up calling somebody, or take a call that came to nothing off the list. */
export interface CancelCall {
	type: "cancel_call";
	call: string;
	id: number;
}

/** To chairs: the telephone calls now. */
export interface PhoneCallsChanged {
	type: "phone_calls_changed";
	calls: PhoneCall[];
}

/** What everybody in a meeting may know of one participant. */
export interface Participant {
	id: string;
	name: string;
	role: Role;
	microphone: boolean;
	camera: boolean;
	screen: boolean;
	hand: number | null;
	unit: string;
	position: string;
	quality: Quality;
	telephone: string | null;
}

/** The first request on every connection. Answered by ``joined``, then followed by ``subscribe_offer``. */
export interface Join {
	type: "join";
	meeting: string;
	name: string;
	unit?: string;
	position?: string;
	microphone?: boolean;
	camera?: boolean;
	host_key?: string | null;
	person?: string | null;
	resume?: string | null;
	fresh?: boolean;
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
	sharer?: string | null;
	screen_audio?: boolean | null;
	id: number;
}

/** What the server knows of this client's own connection. Answered by ``connection_details``. */
export interface ReadConnection {
	type: "read_connection";
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
	away?: boolean;
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
	person: string;
	resume: string;
	resumed: boolean;
	meeting: string;
	participants: Participant[];
	slots: SlotState[];
	dominant: string | null;
	state: MeetingState;
	waiting: Waiting[];
	chat: ChatMessage[];
	chat_more: boolean;
	polls: Poll[];
	telephone: Telephone | null;
	calls: PhoneCall[];
}

/** Not in yet: the chair is to let this client's user in. */
export interface InLobby {
	type: "waiting";
	id: number;
	person: string;
	title: string;
}

export interface PublishAnswer {
	type: "publish_answer";
	id: number;
	sdp: string;
}

/** The best of a picture that a link has room for. */
export interface GrantedLayer {
	slot: string;
	layer: number | null;
}

/** A connection as the server sees it. What it does not know is null. */
export interface ConnectionDetails {
	type: "connection_details";
	id: number;
	estimate: number | null;
	lost_up: number | null;
	lost_down: number | null;
	round_trip: number | null;
	granted: GrantedLayer[];
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

/** What one participant's connection is like now. */
export interface ParticipantQuality {
	participant: string;
	quality: Quality;
}

/** A difference, every two seconds at most: whose connections are better or worse now. */
export interface QualitiesChanged {
	type: "qualities_changed";
	changed: ParticipantQuality[];
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

/** The server will stop, and ``goodbye`` comes then. The meeting goes on when it is back, and so do its seats. */
export interface ServerStopping {
	type: "server_stopping";
	seconds: number;
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
	| ReadConnection
	| Ping
	| Leave
	| SetPolicy
	| Admit
	| Refuse
	| Remove
	| Mute
	| StopCamera
	| StopScreen
	| AskUnmute
	| DeclineUnmute
	| RaiseHand
	| LowerHands
	| GiveFloor
	| SetFloorTime
	| EndFloor
	| Spotlight
	| SetRole
	| Rename
	| Dial
	| CancelCall
	| EndMeeting
	| SendChat
	| ReadChat
	| DeleteChat
	| React
	| CreatePoll
	| SetPollState
	| DeletePoll
	| Vote;

export type Answer =
	| Ok
	| Joined
	| InLobby
	| PublishAnswer
	| ChatPage
	| ConnectionDetails
	| Error;

export type Event =
	| SubscribeOffer
	| ParticipantsChanged
	| QualitiesChanged
	| SlotsChanged
	| DominantChanged
	| LayersWanted
	| CodecsWanted
	| MeetingChanged
	| LobbyChanged
	| Admitted
	| UnmuteAsked
	| UnmuteDeclined
	| ChatSaid
	| ChatDeleted
	| Reacted
	| PollChanged
	| PollDeleted
	| ServerStopping
	| PhoneCallsChanged
	| Goodbye;

export type ServerMessage = Answer | Event;
