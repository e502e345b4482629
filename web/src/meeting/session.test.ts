import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Joined } from "../protocol";
import { Disconnected, Refused, Session, type SessionEvents, type Socket } from "./session";

class FakeSocket implements Socket {
	static all: FakeSocket[] = [];
	readyState = 0;
	onopen: (() => void) | null = null;
	onmessage: ((event: { data: unknown }) => void) | null = null;
	onclose: (() => void) | null = null;
	sent: Record<string, unknown>[] = [];
	constructor() {
		FakeSocket.all.push(this);
	}
	send(text: string): void {
		this.sent.push(JSON.parse(text));
	}
	close(): void {
		this.readyState = 3;
	}
	opens(): void {
		this.readyState = 1;
		this.onopen?.();
	}
	breaks(): void {
		this.readyState = 3;
		this.onclose?.();
	}
	says(message: unknown): void {
		this.onmessage?.({ data: JSON.stringify(message) });
	}
	get last(): Record<string, unknown> {
		return this.sent[this.sent.length - 1] ?? {};
	}
}

const joined = (id: unknown, resumed = false): Joined => ({
	type: "joined",
	id: Number(id),
	you: "me",
	resume: "token",
	resumed,
	meeting: "abc-defg-hjk",
	participants: [],
	slots: [],
	dominant: null,
});

let events: { [K in keyof SessionEvents]: ReturnType<typeof vi.fn> };
let session: Session;
const settle = () => vi.advanceTimersByTimeAsync(0);
const socket = () => FakeSocket.all[FakeSocket.all.length - 1] as FakeSocket;

beforeEach(() => {
	vi.useFakeTimers();
	vi.spyOn(Math, "random").mockReturnValue(0.5);
	FakeSocket.all = [];
	events = { joined: vi.fn(), event: vi.fn(), lost: vi.fn(), failed: vi.fn() };
	const join = () => ({ meeting: "abc-defg-hjk", name: "Wayan", microphone: true, camera: false });
	session = new Session(join, events as unknown as SessionEvents, () => new FakeSocket());
	session.connect();
	socket().opens();
});

afterEach(() => {
	vi.useRealTimers();
	vi.restoreAllMocks();
});

async function enter(): Promise<void> {
	socket().says(joined(socket().last.id));
	await settle();
}

test("it joins by itself, without a token at first", async () => {
	expect(socket().last).toMatchObject({ type: "join", name: "Wayan", resume: null });
	await enter();
	expect(events.joined).toHaveBeenCalledOnce();
});

test("answers find their requests whatever their order, and errors reject with their code", async () => {
	await enter();
	const first = session.request({ type: "set_view", tiles: [] });
	const second = session.request({ type: "set_media", microphone: false, camera: false });
	const [firstId, secondId] = socket()
		.sent.slice(-2)
		.map((m) => m.id);
	socket().says({ type: "error", id: secondId, code: "rate_limited", message: "wait" });
	socket().says({ type: "ok", id: firstId });
	await expect(first).resolves.toMatchObject({ type: "ok" });
	await expect(second).rejects.toMatchObject({ code: "rate_limited" });
});

test("a lost connection is opened again and the seat resumed by its token", async () => {
	await enter();
	const pending = session.request({ type: "ping" });
	socket().breaks();
	await expect(pending).rejects.toBeInstanceOf(Disconnected);
	expect(events.lost).toHaveBeenCalledOnce();
	await settle();
	socket().opens();
	expect(socket().last).toMatchObject({ type: "join", resume: "token" });
	socket().says(joined(socket().last.id, true));
	await settle();
	expect(events.joined).toHaveBeenCalledTimes(2);
	expect(FakeSocket.all).toHaveLength(2);
});

test("a server that does not answer pings is taken for lost", async () => {
	await enter();
	await vi.advanceTimersByTimeAsync(16_000);
	expect(FakeSocket.all.length).toBeGreaterThan(1);
});

test("a refused join ends the session with its reason", async () => {
	socket().says({ type: "error", id: socket().last.id, code: "no_such_meeting", message: "no" });
	await settle();
	expect(events.failed.mock.calls[0]?.[0]).toBeInstanceOf(Refused);
	await vi.advanceTimersByTimeAsync(60_000);
	expect(FakeSocket.all).toHaveLength(1);
});

test("a server that can't be reached at all is given up soon", async () => {
	for (let i = 0; i < 6; i++) {
		socket().breaks();
		await vi.advanceTimersByTimeAsync(5_000);
	}
	expect(events.failed).toHaveBeenCalledOnce();
});

test("after a goodbye nothing is opened again", async () => {
	await enter();
	socket().says({ type: "goodbye", reason: "meeting_ended" });
	socket().breaks();
	await vi.advanceTimersByTimeAsync(60_000);
	expect(FakeSocket.all).toHaveLength(1);
});
