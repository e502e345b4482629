import { last } from "../last";
import type { Socket } from "./session";

/** For tests: a WebSocket whose server is the test. */
export class FakeSocket implements Socket {
	static all: FakeSocket[] = [];
	/** Whether pings are answered by themselves. */
	static alive = false;
	readyState = 0;
	onopen: (() => void) | null = null;
	onmessage: ((event: { data: unknown }) => void) | null = null;
	onclose: (() => void) | null = null;
	sent: Record<string, unknown>[] = [];
	constructor() {
		FakeSocket.all.push(this);
	}
	send(text: string): void {
		const request = JSON.parse(text);
		this.sent.push(request);
		if (FakeSocket.alive && request.type === "ping")
			queueMicrotask(() => this.says({ type: "ok", id: request.id }));
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
	/** Answer the latest request of a type. */
	answers(type: string, message: object): void {
		const id = last(this.sent.filter((request) => request.type === type))?.id;
		if (id === undefined) throw new Error(`nobody has asked for ${type}`);
		this.says({ ...message, id });
	}
	/** The types of all requests, in order. */
	get asked(): unknown[] {
		return this.sent.map((request) => request.type);
	}
	get last(): Record<string, unknown> {
		return this.sent[this.sent.length - 1] ?? {};
	}
}
