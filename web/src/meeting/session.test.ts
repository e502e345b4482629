import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { FakeSocket } from "./fake-socket";
import { joined as fixture } from "./fixtures";
import { Disconnected, Refused, Session, type SessionEvents } from "./session";

const joined = (id: unknown, resumed = false) =>
	fixture({ id: Number(id), you: "me", resume: "token", resumed });

let events: { [K in keyof SessionEvents]: ReturnType<typeof vi.fn> };
let session: Session;
const settle = () => vi.advanceTimersByTimeAsync(0);
/** Until the first attempt to open the next connection. */
const nextAttempt = () => vi.advanceTimersByTimeAsync(300);
const socket = () => FakeSocket.all[FakeSocket.all.length - 1] as FakeSocket;

beforeEach(() => {
	vi.useFakeTimers();
	vi.spyOn(Math, "random").mockReturnValue(0.5);
	FakeSocket.all = [];
	FakeSocket.alive = false;
	events = { joined: vi.fn(), waiting: vi.fn(), event: vi.fn(), lost: vi.fn(), failed: vi.fn() };
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
	expect(events.lost).toHaveBeenCalledExactlyOnceWith(false);
	await nextAttempt();
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

const refuses = (code: string) => ({ type: "error", code, message: "no" });

/** Lose the connection, and open the next. */
async function reconnect(): Promise<void> {
	socket().breaks();
	await nextAttempt();
	socket().opens();
}

test("a seat that the server has given up is replaced by a new one on the same connection", async () => {
	await enter();
	await reconnect();
	socket().answers("join", refuses("resume_failed"));
	await settle();
	expect(socket().last).toMatchObject({ type: "join", resume: null });
	await enter();
	expect(events.joined.mock.calls.map(([message]) => message.resumed)).toEqual([false, false]);
	expect(events.failed).not.toHaveBeenCalled();
	expect(FakeSocket.all).toHaveLength(2);
});

test("who was seated is not turned away by a refusal that passes", async () => {
	await enter();
	await reconnect();
	socket().answers("join", refuses("rate_limited"));
	await vi.advanceTimersByTimeAsync(1_000);
	expect(FakeSocket.all).toHaveLength(3);
	expect(events.failed).not.toHaveBeenCalled();
});

test("a meeting that has become full meanwhile is told", async () => {
	await enter();
	await reconnect();
	socket().answers("join", refuses("resume_failed"));
	await settle();
	socket().answers("join", refuses("meeting_full"));
	await settle();
	expect(events.failed.mock.calls[0]?.[0]).toMatchObject({ code: "meeting_full" });
});

test("a server that opens no connection is not waited for without end", async () => {
	await enter();
	socket().breaks();
	await nextAttempt(); // which never opens
	await vi.advanceTimersByTimeAsync(3_600);
	expect(FakeSocket.all).toHaveLength(3);
});

test("a server that is back is reached within 2.5 s, by different clients at different times", async () => {
	await enter();
	socket().breaks();
	for (const random of [0, 0.999, 0, 0.999, 0.999, 0.999]) {
		vi.spyOn(Math, "random").mockReturnValue(random);
		await vi.advanceTimersByTimeAsync(2_500);
		expect(socket().readyState, "the next attempt has begun").toBe(0);
		socket().breaks();
	}
});

test("who was seated is tried again for ten minutes", async () => {
	await enter();
	socket().breaks();
	const began = Date.now();
	while (events.failed.mock.calls.length === 0) {
		await vi.advanceTimersByTimeAsync(1_000);
		if (socket().readyState === 0) socket().breaks();
	}
	expect(Date.now() - began).toBeGreaterThan(590_000);
	expect(events.failed.mock.calls[0]?.[0]).toBeInstanceOf(Disconnected);
});

test("a machine that has slept tries as long as any other", async () => {
	await enter();
	socket().breaks();
	await nextAttempt();
	vi.setSystemTime(Date.now() + 3_600_000);
	socket().breaks();
	await vi.advanceTimersByTimeAsync(2_500);
	expect(events.failed).not.toHaveBeenCalled();
	expect(socket().readyState).toBe(0);
});

test("a server that says it is restarted is waited for, and that is told", async () => {
	await enter();
	socket().says({ type: "goodbye", reason: "server_stopping" });
	expect(events.lost).toHaveBeenLastCalledWith(true);
	socket().breaks();
	await vi.advanceTimersByTimeAsync(500);
	socket().breaks();
	expect(events.lost).toHaveBeenLastCalledWith(true);
	await vi.advanceTimersByTimeAsync(1_000);
	socket().opens();
	expect(socket().last).toMatchObject({ type: "join", resume: "token" });
	await enter();
	await reconnect();
	expect(events.lost).toHaveBeenLastCalledWith(false);
	expect(events.event).not.toHaveBeenCalled();
});

test("rejoining takes the seat anew over another connection, with new media", async () => {
	await enter();
	const first = socket();
	session.rejoin();
	expect(first.readyState).toBe(3);
	expect(first.asked, "the server gives the former seat up by itself").toEqual(["join"]);
	socket().opens();
	expect(socket().last).toMatchObject({ type: "join", resume: "token", fresh: true });
	await enter();
	expect(events.joined).toHaveBeenCalledTimes(2);
	await reconnect();
	expect(socket().last).toMatchObject({ resume: "token", fresh: false });
});

test("rejoining while the connection is lost waits for it", async () => {
	await enter();
	socket().breaks();
	session.rejoin();
	expect(FakeSocket.all).toHaveLength(1);
	await nextAttempt();
	socket().opens();
	expect(socket().last).toMatchObject({ type: "join", resume: "token", fresh: true });
	socket().answers("join", refuses("resume_failed"));
	await settle();
	await enter();
	expect(socket().asked).toEqual(["join", "join"]);
	expect(events.joined).toHaveBeenCalledTimes(2);
});

test("the seat of the page before is taken with new media, and where it is gone nobody joins unasked", async () => {
	const join = () => ({ meeting: "abc-defg-hjk", name: "Wayan", microphone: true, camera: false });
	const again = new Session(join, events as unknown as SessionEvents, () => new FakeSocket(), "former");
	again.connect();
	socket().opens();
	expect(socket().last).toMatchObject({ type: "join", resume: "former", fresh: true });
	socket().answers("join", refuses("resume_failed"));
	await settle();
	expect(events.failed.mock.calls[0]?.[0]).toMatchObject({ code: "resume_failed" });
	expect(socket().asked).toEqual(["join"]);
});

test("after a goodbye one can rejoin", async () => {
	await enter();
	socket().says({ type: "goodbye", reason: "media_timeout" });
	socket().breaks();
	session.rejoin();
	socket().opens();
	expect(socket().last).toMatchObject({ type: "join", resume: "token", fresh: true });
});

test("leaving is said before the connection is closed, and nothing is opened again", async () => {
	await enter();
	const last = socket();
	session.leave();
	expect(last.last.type).toBe("leave");
	expect(last.readyState).toBe(3);
	await vi.advanceTimersByTimeAsync(60_000);
	expect(FakeSocket.all).toHaveLength(1);
});

test("when the network is said to be back, the next attempt does not wait", async () => {
	await enter();
	for (let i = 0; i < 4; i++) {
		socket().breaks();
		await vi.advanceTimersByTimeAsync(2_000);
	}
	socket().breaks();
	const before = FakeSocket.all.length;
	session.hurry();
	session.hurry();
	expect(FakeSocket.all).toHaveLength(before + 1);
});

test("an attempt that hangs is begun anew when the network is said to be back", async () => {
	await enter();
	socket().breaks();
	await nextAttempt();
	await vi.advanceTimersByTimeAsync(1_000);
	session.hurry();
	expect(FakeSocket.all).toHaveLength(3);
	session.hurry();
	expect(FakeSocket.all, "which has only just begun").toHaveLength(3);
});

test("a connection that hangs is found out soon when the network is said to be another, and a live one is kept", async () => {
	await enter();
	session.hurry();
	socket().answers("ping", { type: "ok" });
	await vi.advanceTimersByTimeAsync(2_500);
	expect(FakeSocket.all).toHaveLength(1);
	session.hurry();
	await vi.advanceTimersByTimeAsync(2_500);
	expect(FakeSocket.all).toHaveLength(2);
});

test("what is to be delivered goes again over the next connection, in order, until it is answered", async () => {
	await enter();
	const say = (text: string) => ({ type: "send_chat", text, to: null, file: null, once: text }) as const;
	const first = session.deliver(say("one"));
	socket().breaks();
	const second = session.deliver(say("two"));
	await nextAttempt();
	socket().opens();
	await enter();
	expect(socket().sent.slice(1)).toMatchObject([say("one"), say("two")]);
	for (const { id } of socket().sent.slice(1)) socket().says({ type: "ok", id });
	await expect(first).resolves.toMatchObject({ type: "ok" });
	await expect(second).resolves.toMatchObject({ type: "ok" });
	const never = session.deliver(say("three"));
	session.leave();
	await expect(never).rejects.toBeInstanceOf(Disconnected);
});
