import {
	type Answer,
	type ChatPage,
	type ClientMessage,
	type ConnectionDetails,
	type ErrorCode,
	type Event,
	type InLobby,
	type Join,
	type Joined,
	type Ok,
	PROTOCOL,
	type PublishAnswer,
	type ServerMessage,
} from "../protocol";
import { backoff } from "./backoff";

/** As much of a WebSocket as a session needs; tests have their own. */
export interface Socket {
	readonly readyState: number;
	onopen: (() => void) | null;
	onmessage: ((event: { data: unknown }) => void) | null;
	onclose: (() => void) | null;
	send(text: string): void;
	close(): void;
}

/** A request without its id, which the session chooses. */
type Unnumbered<T> = T extends ClientMessage ? Omit<T, "id"> : never;
export type Request = Unnumbered<ClientMessage>;

/** What each request is answered with, unless it is refused. */
type AnswerTo<R extends Request> = R["type"] extends "join"
	? Joined | InLobby
	: R["type"] extends "publish_offer"
		? PublishAnswer
		: R["type"] extends "read_chat"
			? ChatPage
			: R["type"] extends "read_connection"
				? ConnectionDetails
				: Ok;

/** The server refused a request; `code` is stable. */
export class Refused extends Error {
	constructor(
		readonly code: ErrorCode,
		message: string,
	) {
		super(message);
	}
}

/** The connection broke before the answer came. */
export class Disconnected extends Error {}

export interface SessionEvents {
	/** A seat was taken: the same one again where `resumed`, else a new one. */
	joined(message: Joined): void;
	/** The chair is to let us in. The session waits, and joins by itself when it is. */
	waiting(message: InLobby): void;
	event(message: Event): void;
	/** The connection is lost; it is being opened again. `restarting`: the server has said that it will be back. */
	lost(restarting: boolean): void;
	/** There is no seat, and none is to be had. The session is over. */
	failed(error: Error): void;
}

const OPEN = 1;
/**
 * How long a WebSocket may take to open, by attempts. What a dead network has swallowed is sent again ever later, so a
 * fresh attempt is soon the better one; a slow network gets its time from the later ones.
 */
const OPEN_WITHIN = [3_000, 3_000, 6_000, 10_000];
/** How long an open one may take to seat us: a server that has just begun seats everybody. */
const JOIN_WITHIN = 10_000;
const PING_EVERY = 10_000;
const PING_ANSWER_WITHIN = 5_000;
/** The same when there is reason to doubt the connection. */
const CHECK_ANSWER_WITHIN = 2_000;
/** An attempt to open is worth beginning anew once it has taken longer than this. */
const STUCK_AFTER = 500;
/** Short, so that all are back soon after the server is; at random, so that they don't all come at once. */
const BACKOFF = [300, 500, 1_000, 1_500];
/** How long a lost connection is tried again, and how often one that never was. */
const GIVE_UP_AFTER = 600_000;
const FIRST_ATTEMPTS = 4;
/** Nothing takes so long but a machine that slept: what it slept through does not count. */
const SLEPT_AFTER = 60_000;
/** Refusals that may be over at the next attempt. */
const PASSING: readonly ErrorCode[] = ["rate_limited", "internal"];

const url = () => `${location.protocol === "http:" ? "ws" : "wss"}://${location.host}/ws`;

/**
 * One client's conversation with the server, over as many WebSockets as it takes. A lost seat is taken again by its
 * token; when the server has given it up, a new one is taken, and `joined` says `resumed: false`.
 */
export class Session {
	private socket: Socket | null = null;
	private nextId = 1;
	private readonly waiting = new Map<number, { resolve(a: Answer): void; reject(e: Error): void }>();
	/** What goes on with the next seat, in order. */
	private undelivered: { resolve(): void; reject(error: Error): void }[] = [];
	private resume: string | null = null;
	/** A seat, or a place in the lobby, was had once: from now on it pays to try longer. */
	private seated = false;
	/** Since when there is no connection that holds the seat. */
	private lostAt: number | null = null;
	private attempts = 0;
	/** When it last began to connect, or was cut off. */
	private busyAt = 0;
	/** The server has said that it stops, and has not been back since. */
	private restarting = false;
	private over = false;
	/** The media of the seat is lost: it is to get new media. */
	private fresh: boolean;
	private readonly timers = new Set<ReturnType<typeof setTimeout>>();

	constructor(
		private readonly join: () => Omit<Join, "id" | "type" | "resume" | "fresh">,
		private readonly events: SessionEvents,
		private readonly open: () => Socket = () => new WebSocket(url(), PROTOCOL) as unknown as Socket,
		/** The secret of the seat that an earlier page had: where it is not given back, the session has failed. */
		private readonly former: string | null = null,
	) {
		this.resume = former;
		this.fresh = former !== null;
	}

	/** The secret of the seat that this client has; null while it has none. */
	get seat(): string | null {
		return this.resume;
	}

	connect(): void {
		this.noticeSleep();
		const socket = this.open();
		this.socket = socket;
		// Handlers first: the server may speak at once.
		socket.onmessage = ({ data }) => this.receive(String(data));
		socket.onopen = () => {
			this.clearTimers();
			this.after(JOIN_WITHIN, () => this.closed(socket));
			void this.enter(socket);
		};
		socket.onclose = () => this.closed(socket);
		const within = OPEN_WITHIN[Math.min(this.attempts, OPEN_WITHIN.length - 1)] ?? JOIN_WITHIN;
		this.after(within, () => this.closed(socket));
	}

	/** Send a request; resolves with its answer, rejects with Refused or Disconnected. */
	request<R extends Request>(request: R): Promise<AnswerTo<R>> {
		const id = this.nextId++;
		return new Promise((resolve, reject) => {
			if (this.socket?.readyState !== OPEN) return reject(new Disconnected());
			this.waiting.set(id, { resolve: resolve as (a: Answer) => void, reject });
			this.socket.send(JSON.stringify({ ...request, id }));
		});
	}

	/**
	 * The same, and again over the next connection where this one breaks before the answer: for requests that may be done
	 * twice. Rejects with Disconnected only when the session is over.
	 */
	async deliver<R extends Request>(request: R): Promise<AnswerTo<R>> {
		for (;;) {
			try {
				return await this.request(request);
			} catch (error) {
				if (!(error instanceof Disconnected) || this.over) throw error;
			}
			await new Promise<void>((resolve, reject) => this.undelivered.push({ resolve, reject }));
		}
	}

	/** The network is said to be back, or another: don't wait for the next attempt, nor trust the connection. */
	hurry(): void {
		if (this.over) return;
		if (this.socket?.readyState === OPEN) {
			this.doubt();
			return;
		}
		if (this.socket !== null && Date.now() - this.busyAt < STUCK_AFTER) return;
		this.drop();
		this.connect();
	}

	/** Whether the connection is dead is to be known soon. */
	doubt(): void {
		const { socket } = this;
		if (socket?.readyState !== OPEN || this.lostAt !== null || !this.seated) return;
		const dead = this.after(CHECK_ANSWER_WITHIN, () => this.closed(socket));
		this.request({ type: "ping" }).then(
			() => this.cancel(dead),
			(error) => error instanceof Refused && this.cancel(dead),
		);
	}

	/**
	 * Take the seat anew, because its media can't be mended, over another connection, since this one may be dead, too. The
	 * server takes the old one away in the same breath, so that nobody sees us twice.
	 */
	rejoin(): void {
		this.fresh = true;
		// While there is no connection, it waits for the next one.
		if (this.lostAt !== null && !this.over) return;
		this.over = false;
		this.attempts = 0;
		this.drop();
		this.lostAt = Date.now();
		this.connect();
	}

	/** Leave: for good, or, where the page is `away`, perhaps only until it is loaded again. The others see it at once. */
	leave(away = false): void {
		// What is sent before `close` still arrives (RFC 6455 section 7.1.1); its answer is of no interest.
		void this.request({ type: "leave", away }).catch(() => {});
		this.end();
	}

	/** Close without a word; the server keeps the seat for its grace time. */
	end(): void {
		this.over = true;
		this.drop();
		for (const { reject } of this.undelivered.splice(0)) reject(new Disconnected());
	}

	private async enter(socket: Socket): Promise<void> {
		let answer: Joined | InLobby;
		try {
			const { resume, fresh } = this;
			answer = await this.request({ type: "join", ...this.join(), resume, fresh });
		} catch (error) {
			if (!(error instanceof Refused)) return; // `closed` goes on
			if (error.code === "resume_failed" && this.resume !== null && (this.seated || !this.former)) {
				this.resume = null;
				await this.enter(socket);
			} else if (this.seated && PASSING.includes(error.code)) this.closed(socket);
			else this.fail(error);
			return;
		}
		this.clearTimers();
		this.seated = true;
		this.restarting = false;
		if (answer.type === "waiting") {
			this.lostAt = null;
			this.attempts = 0;
			this.pingLater();
			this.events.waiting(answer);
			return;
		}
		this.resume = answer.resume;
		this.fresh = false;
		this.lostAt = null;
		this.attempts = 0;
		this.pingLater();
		this.events.joined(answer);
		for (const { resolve } of this.undelivered.splice(0)) resolve();
	}

	private receive(text: string): void {
		const message = JSON.parse(text) as ServerMessage;
		if (!("id" in message)) {
			this.heard(message);
			return;
		}
		const waiting = message.id === null ? undefined : this.waiting.get(message.id);
		if (!waiting || message.id === null) return;
		this.waiting.delete(message.id);
		if (message.type === "error") waiting.reject(new Refused(message.code, message.message));
		else waiting.resolve(message);
	}

	private heard(event: Event): void {
		if (event.type === "admitted") {
			const socket = this.socket;
			this.clearTimers();
			if (socket) {
				this.after(JOIN_WITHIN, () => this.closed(socket));
				void this.enter(socket);
			}
			return;
		}
		if (event.type === "goodbye" && event.reason === "server_stopping") {
			// It comes back, and so do we; it closes the connection by itself.
			this.lostAt ??= Date.now();
			this.restarting = true;
			this.events.lost(true);
			return;
		}
		if (event.type === "goodbye") {
			this.over = true;
		}
		this.events.event(event);
	}

	private pingLater(): void {
		this.after(PING_EVERY, () => {
			const socket = this.socket;
			const dead = this.after(PING_ANSWER_WITHIN, () => socket && this.closed(socket));
			this.request({ type: "ping" }).then(
				() => {
					this.cancel(dead);
					this.pingLater();
				},
				// Refused is alive too; when it is disconnected, nothing is left to be watched.
				(error) => {
					this.cancel(dead);
					if (error instanceof Refused) this.pingLater();
				},
			);
		});
	}

	/** The socket is closed, or as good as: it does not answer. */
	private closed(socket: Socket): void {
		if (socket !== this.socket) return;
		this.drop();
		if (this.over) return;
		this.lostAt ??= Date.now();
		this.noticeSleep();
		const hopeless = this.seated
			? Date.now() - this.lostAt > GIVE_UP_AFTER
			: this.attempts + 1 >= FIRST_ATTEMPTS;
		if (hopeless) {
			this.fail(new Disconnected());
			return;
		}
		if (this.seated) this.events.lost(this.restarting);
		this.after(backoff(BACKOFF, this.attempts++), () => this.connect());
	}

	private noticeSleep(): void {
		const now = Date.now();
		if (this.lostAt !== null && now - this.busyAt > SLEPT_AFTER) this.lostAt = now;
		this.busyAt = now;
	}

	private fail(error: Error): void {
		this.end();
		this.events.failed(error);
	}

	/** Let go of the socket and of all that waits for it. */
	private drop(): void {
		this.clearTimers();
		const socket = this.socket;
		this.socket = null;
		if (socket) {
			socket.onopen = socket.onmessage = socket.onclose = null;
			socket.close();
		}
		const waiting = [...this.waiting.values()];
		this.waiting.clear();
		for (const { reject } of waiting) reject(new Disconnected());
	}

	private after(ms: number, act: () => void): ReturnType<typeof setTimeout> {
		const timer = setTimeout(() => {
			this.timers.delete(timer);
			act();
		}, ms);
		this.timers.add(timer);
		return timer;
	}

	private cancel(timer: ReturnType<typeof setTimeout>): void {
		clearTimeout(timer);
		this.timers.delete(timer);
	}

	private clearTimers(): void {
		for (const timer of this.timers) clearTimeout(timer);
		this.timers.clear();
	}
}
