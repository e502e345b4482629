import {
	type Answer,
	type ClientMessage,
	type Event,
	type Join,
	type Joined,
	PROTOCOL,
	type ServerMessage,
} from "../protocol";

/** As much of a WebSocket as a session needs; tests have their own. */
export interface Socket {
	readyState: number;
	onopen: (() => void) | null;
	onmessage: ((event: { data: unknown }) => void) | null;
	onclose: (() => void) | null;
	send(text: string): void;
	close(): void;
}

/** A request without its id, which the session chooses. */
type Unnumbered<T> = T extends ClientMessage ? Omit<T, "id"> : never;
export type Request = Unnumbered<ClientMessage>;

/** The server refused a request; `code` is stable. */
export class Refused extends Error {
	constructor(
		readonly code: string,
		message: string,
	) {
		super(message);
	}
}

/** The connection broke before the answer came. */
export class Disconnected extends Error {}

export interface SessionEvents {
	/** A seat was taken (or, with `resumed`, taken again). */
	joined(message: Joined): void;
	event(message: Event): void;
	/** The connection is lost; it is being opened again. */
	lost(): void;
	/** The seat is lost too, or was never given. The session is over. */
	failed(error: Error): void;
}

const PING_EVERY = 10_000;
const PING_ANSWER_WITHIN = 5_000;
/** The first attempt comes at once; the others wait longer and longer, at random, so that 122 clients don't storm. */
const BACKOFF = [0, 500, 1_000, 2_000, 3_000];
/** How long a lost connection is tried again. */
const GIVE_UP_AFTER = 60_000;

const url = () => `${location.protocol === "http:" ? "ws" : "wss"}://${location.host}/ws`;

/** One client's conversation with the server, over as many WebSockets as it takes. */
export class Session {
	private socket: Socket | null = null;
	private nextId = 1;
	private readonly waiting = new Map<number, { resolve(a: Answer): void; reject(e: Error): void }>();
	private resume: string | null = null;
	private lostAt: number | null = null;
	private attempts = 0;
	private over = false;
	private timers: ReturnType<typeof setTimeout>[] = [];

	constructor(
		private readonly join: () => Omit<Join, "id" | "type" | "resume">,
		private readonly events: SessionEvents,
		private readonly open: () => Socket = () => new WebSocket(url(), PROTOCOL) as unknown as Socket,
	) {}

	connect(): void {
		const socket = this.open();
		this.socket = socket;
		// Handlers first: the server may speak at once.
		socket.onmessage = ({ data }) => this.receive(String(data));
		socket.onopen = () => void this.enter();
		socket.onclose = () => this.closed(socket);
	}

	/** Send a request; resolves with its answer, rejects with Refused or Disconnected. */
	request<T extends Answer = Answer>(request: Request): Promise<T> {
		const id = this.nextId++;
		return new Promise<T>((resolve, reject) => {
			if (this.socket?.readyState !== 1) return reject(new Disconnected());
			this.waiting.set(id, { resolve: resolve as (a: Answer) => void, reject });
			this.socket.send(JSON.stringify({ ...request, id }));
		});
	}

	/** Leave for good. */
	async leave(): Promise<void> {
		this.over = true;
		await Promise.race([
			this.request({ type: "leave" }).catch(() => {}),
			new Promise((resolve) => setTimeout(resolve, 500)),
		]);
		this.end();
	}

	private async enter(): Promise<void> {
		try {
			const answer = await this.request<Joined>({ type: "join", ...this.join(), resume: this.resume });
			this.resume = answer.resume;
			this.lostAt = null;
			this.attempts = 0;
			this.events.joined(answer);
			this.pingLater();
		} catch (error) {
			if (error instanceof Disconnected) return; // `closed` goes on
			this.fail(error as Error);
		}
	}

	private receive(text: string): void {
		const message = JSON.parse(text) as ServerMessage;
		if (!("id" in message)) {
			if (message.type === "goodbye") this.over = true;
			this.events.event(message);
			return;
		}
		const waiting = message.id === null ? undefined : this.waiting.get(message.id);
		if (!waiting || message.id === null) return;
		this.waiting.delete(message.id);
		if (message.type === "error") waiting.reject(new Refused(message.code, message.message));
		else waiting.resolve(message);
	}

	private pingLater(): void {
		this.clearTimers();
		this.timers.push(
			setTimeout(() => {
				const socket = this.socket;
				const dead = setTimeout(() => {
					socket?.close();
					if (socket) this.closed(socket);
				}, PING_ANSWER_WITHIN);
				this.timers.push(dead);
				this.request({ type: "ping" }).then(
					() => this.pingLater(),
					() => {},
				);
			}, PING_EVERY),
		);
	}

	private closed(socket: Socket): void {
		if (socket !== this.socket) return;
		this.socket = null;
		this.clearTimers();
		for (const { reject } of this.waiting.values()) reject(new Disconnected());
		this.waiting.clear();
		if (this.over) return;
		this.lostAt ??= Date.now();
		if (Date.now() - this.lostAt > GIVE_UP_AFTER || (this.resume === null && this.attempts >= 3)) {
			this.fail(new Disconnected());
			return;
		}
		if (this.resume !== null) this.events.lost();
		const wait = BACKOFF[Math.min(this.attempts++, BACKOFF.length - 1)] ?? 0;
		this.timers.push(setTimeout(() => this.connect(), wait * (0.5 + Math.random())));
	}

	private fail(error: Error): void {
		this.over = true;
		this.end();
		this.events.failed(error);
	}

	/** Close without a word; the server keeps the seat for its grace time. */
	end(): void {
		this.over = true;
		this.clearTimers();
		const socket = this.socket;
		this.socket = null;
		socket?.close();
	}

	private clearTimers(): void {
		for (const timer of this.timers) clearTimeout(timer);
		this.timers = [];
	}
}
