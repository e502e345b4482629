import { effect, type ReadonlySignal, signal } from "@preact/signals";
import type { Key } from "../i18n/en";
import type { LocalMedia } from "../media/local";
import { Publisher } from "../media/publisher";
import { Subscriber } from "../media/subscriber";
import type { ConnectionDetails, ErrorCode, Event, InLobby, Joined, Participant } from "../protocol";
import { recall, remember } from "../storage";
import { sendFeedback } from "./feedback";
import { FileRefused, MemberFiles } from "./files";
import { forgetSeat, keepSeat } from "./former-seat";
import { hostKeyOf } from "./host-key";
import { MediaWatch } from "./media-watch";
import { Rejoining } from "./rejoining";
import { ScreenLayout } from "./screen-layout";
import { Disconnected, Refused, type Request, Session } from "./session";
import { SessionFigures } from "./session-figures";
import { SharedScreens } from "./shared-screens";
import { Sharing } from "./sharing";
import { MeetingState } from "./state";
import { Switches } from "./switches";
import { type Shown, View } from "./view";

/** Refusals that have a page of their own, also for whoever was in the meeting already. */
const TOLD: readonly ErrorCode[] = [
	"no_such_meeting",
	"meeting_full",
	"meeting_locked",
	"banned",
	"server_stopping",
];

/** Under what a browser remembers who its user is in a meeting. */
const personOf = (code: string) => `person.${code}`;

/** Who joins, as they say. */
export interface Introduction {
	name: string;
	unit: string;
	position: string;
}

declare global {
	interface Window {
		/** For whoever helps a user, and for tests: `getStats()` of both connections. */
		balai?: { publisher: RTCPeerConnection; subscriber: RTCPeerConnection };
	}
}

/** One participation in a meeting: ties state, session, publisher and subscriber together. */
export class Conference {
	readonly state = new MeetingState();
	readonly layout = new ScreenLayout();
	readonly files: MemberFiles;
	readonly joined = signal(false);
	/** While the chair is to let us in: the meeting's title. */
	readonly lobby = signal<string | null>(null);
	/** What the user is to be told, for a moment. */
	readonly news = signal<{ key: Key; values?: Record<string, string | number> } | null>(null);
	/** Why joining failed: the server's stable code. */
	readonly refused = signal<ErrorCode | null>(null);
	private readonly watch = new MediaWatch({
		connected: () => {
			this.rejoining.connected();
			this.session.hurry();
		},
		doubtful: () => this.findAnotherWay(),
		lost: () => this.onMediaLost(),
	});
	private readonly rejoining = new Rejoining(() => this.session.rejoin());
	readonly mediaConnected: ReadonlySignal<boolean> = this.watch.connected;
	/** Media is lost, and another seat is being taken for its sake. */
	readonly mediaLost: ReadonlySignal<boolean> = this.rejoining.active;
	readonly subscriber = signal<Subscriber | null>(null);
	/** The screens of others. */
	readonly screens = new SharedScreens(this.state);
	/** The own screen. */
	readonly sharing = new Sharing(() => this.inTheWay());
	private readonly figures = new SessionFigures();
	private publisher: Publisher | null = null;
	private published = false;
	private readonly session: Session;
	private readonly disposals: (() => void)[] = [];
	private readonly view = new View((request) => this.session.request(request));
	private readonly switches = new Switches(
		(request) => this.session.request(request),
		() => this.sharing.taken(),
		() => this.switchOffWhatIsNotPermitted(),
	);

	constructor(
		readonly code: string,
		readonly who: Introduction,
		readonly local: LocalMedia,
		/** The secret of the seat that this tab had before its page was loaded again. */
		former: string | null = null,
	) {
		const join = () => ({
			meeting: code,
			...who,
			host_key: recall(hostKeyOf(code)),
			person: recall(personOf(code)),
			...this.media(),
		});
		this.files = new MemberFiles(code, () => this.session.seat ?? "");
		const events = {
			joined: (message: Joined) => this.onJoined(message),
			waiting: (message: InLobby) => this.onWaiting(message),
			event: (message: Event) => this.onEvent(message),
			lost: (restarting: boolean) => {
				this.state.reconnecting.value = true;
				this.state.restarting.value = restarting;
			},
			failed: (error: Error) => this.onFailed(error),
		};
		this.session = new Session(join, events, undefined, former);
	}

	connect(): void {
		addEventListener("online", this.hurry);
		document.addEventListener("visibilitychange", this.hurry);
		this.session.connect();
	}

	/** Both peer connections of the seat; null while there is none. */
	get connections(): { publisher: RTCPeerConnection; subscriber: RTCPeerConnection } | null {
		const [publisher, subscriber] = [this.publisher, this.subscriber.value];
		return publisher && subscriber
			? { publisher: publisher.connection, subscriber: subscriber.connection }
			: null;
	}

	/** What the server knows of this connection; null where it can't be asked now. */
	readConnection(): Promise<ConnectionDetails | null> {
		return this.session.request({ type: "read_connection" }).catch(() => null);
	}

	setView(shown: Shown): void {
		this.view.set(shown);
	}

	/** Ask something of the server; the user is told where it is refused. Resolves with whether it was done. */
	async ask(request: Request): Promise<boolean> {
		try {
			await this.session.request(request);
			return true;
		} catch (error) {
			this.news.value = { key: refusalKey(error) };
			return false;
		}
	}

	/** Write to everybody, or to one. It arrives once, also over a connection that breaks meanwhile. */
	async say(text: string, to: string | null, file: string | null = null): Promise<boolean> {
		const once = [...crypto.getRandomValues(new Uint32Array(4))].map((part) => part.toString(36)).join("");
		try {
			await this.session.deliver({ type: "send_chat", text, to, file, once });
			return true;
		} catch (error) {
			this.news.value = { key: refusalKey(error) };
			return false;
		}
	}

	/** Send a file with a message; resolves with whether it was done. */
	async sendFile(file: File, to: string | null, progress: (share: number) => void): Promise<boolean> {
		try {
			const id = await this.files.upload(file, progress);
			return await this.say("", to, id);
		} catch (error) {
			const code = error instanceof FileRefused ? error.code : "";
			this.news.value = { key: FILE_REFUSALS[code] ?? "fileFailed" };
			return false;
		}
	}

	/** Read earlier messages of the chat. */
	async readEarlier(): Promise<void> {
		const { conversation } = this.state;
		const before = conversation.messages.value[0]?.id ?? null;
		try {
			conversation.prepend(await this.session.request({ type: "read_chat", before }));
		} catch {
			// It is asked for again when the user scrolls on.
		}
	}

	/** Unmute because the chair asked for it, or don't. */
	answerAsked(unmute: boolean): void {
		this.state.chairing.asked.value = null;
		if (unmute) void this.local.setMicrophone(true);
		else void this.ask({ type: "decline_unmute" });
	}

	/** Say how sound and pictures were, from 1 to 5; resolves with whether it is kept. */
	giveFeedback(rating: number, words: string): Promise<boolean> {
		const person = recall(personOf(this.code)) ?? "";
		return sendFeedback(this.code, person, { rating, words, figures: this.figures.summary });
	}

	/** Leave for good; the others see it at once. */
	leave(): void {
		this.close();
		this.session.leave();
		this.state.ending.value ??= "left";
	}

	/** The page is gone, perhaps only to be loaded again: then its next life takes the seat again. */
	goAway(): void {
		this.letGo();
		this.session.leave(true);
		this.state.ending.value ??= "left";
	}

	/** Let go of everything but camera, microphone and the session. */
	close(): void {
		forgetSeat(this.code);
		this.letGo();
	}

	private letGo(): void {
		removeEventListener("online", this.hurry);
		document.removeEventListener("visibilitychange", this.hurry);
		this.view.stop();
		this.sharing.stop();
		this.rejoining.stop();
		this.state.conversation.stop();
		this.state.captions.stop();
		this.closeMedia();
	}

	/** The network is back, or the machine awake. */
	private readonly hurry = () => {
		this.session.hurry();
		if (this.joined.value && !this.mediaConnected.value) this.findAnotherWay();
	};

	private closeMedia(): void {
		for (const dispose of this.disposals.splice(0)) dispose();
		this.switches.stop();
		this.figures.stop();
		this.watch.stop();
		this.publisher?.close();
		this.subscriber.value?.close();
		delete window.balai;
	}

	private media(): { microphone: boolean; camera: boolean } {
		return {
			microphone: this.local.microphone.value !== null && this.local.microphoneOn.value,
			camera: this.local.camera.value !== null,
		};
	}

	/** Whoever shares a screen where only one may be shared at a time. */
	private inTheWay(): Participant | null {
		return this.state.chairing.policy.value.several_screens ? null : this.screens.shown.value;
	}

	private tellSwitches(): void {
		this.switches.tell({ ...this.media(), screen: this.sharing.track.value !== null });
	}

	private onWaiting(message: InLobby): void {
		remember(personOf(this.code), message.person);
		this.state.reconnecting.value = false;
		this.state.restarting.value = false;
		this.lobby.value = message.title;
	}

	/** The server has switched something off that is on here: somebody may do that. */
	private followSwitches(): void {
		const self = this.state.self.value;
		const agreed = this.switches.agreed;
		if (!self || !agreed) return;
		if (agreed.microphone && !self.microphone && this.media().microphone) {
			void this.local.setMicrophone(false);
			this.news.value = { key: "mutedByHost" };
		}
		if (agreed.camera && !self.camera && this.media().camera) {
			void this.local.setCamera(false);
			this.news.value = { key: "cameraStoppedByHost" };
		}
		if (agreed.screen && !self.screen && this.sharing.track.value) {
			this.sharing.stop();
			this.news.value = { key: "screenStoppedByHost" };
		}
	}

	private switchOffWhatIsNotPermitted(): void {
		const self = this.state.self.value;
		const { speak, show, share } = this.state.chairing.policy.value;
		const listens = self?.role === "listener";
		if ((!speak || listens) && !self?.microphone) void this.local.setMicrophone(false);
		if ((!show || listens) && !self?.camera) void this.local.setCamera(false);
		if ((!share || listens) && !self?.screen) this.sharing.stop();
		this.news.value = { key: listens ? "youListen" : "notPermitted" };
	}

	private onJoined(message: Joined): void {
		remember(personOf(this.code), message.person);
		keepSeat(this.code, { token: message.resume, who: this.who });
		this.lobby.value = null;
		this.state.joined(message);
		this.view.renew();
		if (message.resumed) {
			// What was cut off is done again. Camera and microphone came with the join, the screen did not.
			if (this.published) this.tellSwitches();
			else if (this.publisher) void this.publish(this.publisher);
			if (!this.mediaLost.value) this.watchMedia();
			return;
		}
		this.closeMedia(); // of the seat before
		this.rejoining.seated();
		const publisher = new Publisher();
		const subscriber = new Subscriber();
		this.publisher = publisher;
		this.published = false;
		this.subscriber.value = subscriber;
		window.balai = { publisher: publisher.connection, subscriber: subscriber.connection };
		this.watchMedia();
		this.figures.watch(
			() => this.connections,
			() => this.state.self.value?.quality ?? "good",
		);
		void this.publish(publisher);
		this.joined.value = true;
	}

	private async publish(publisher: Publisher): Promise<void> {
		try {
			await publisher.setMicrophone(this.local.microphone.value);
			await publisher.setCamera(this.local.camera.value);
			await publisher.setScreen(this.sharing.track.value, this.sharing.content.value);
			await publisher.setScreenAudio(this.sharing.sound.value);
			await publisher.negotiate(async (sdp) => {
				const answer = await this.session.request({ type: "publish_offer", sdp });
				return answer.sdp;
			});
		} catch (error) {
			if (isOpen(publisher.connection) && !(error instanceof Disconnected)) this.end("failed");
			return;
		}
		if (!isOpen(publisher.connection)) return;
		this.published = true;
		this.disposals.push(
			effect(() => void publisher.setMicrophone(this.local.microphone.value).catch(() => {})),
			effect(() => void publisher.setCamera(this.local.camera.value).catch(() => {})),
			effect(() => {
				const { track, content } = this.sharing;
				void publisher.setScreen(track.value, content.value).catch(() => {});
			}),
			effect(() => void publisher.setScreenAudio(this.sharing.sound.value).catch(() => {})),
			effect(() => this.tellSwitches()),
		);
	}

	private onEvent(message: Event): void {
		if (message.type === "subscribe_offer") void this.subscribe(message.sdp);
		if (message.type === "layers_wanted") this.publisher?.watched(message.camera, message.screen);
		if (message.type === "codecs_wanted") this.publisher?.send(message);
		if (message.type === "goodbye") {
			if (message.reason === "media_timeout" && this.rejoining.lost()) return;
			this.close();
		}
		this.state.receive(message);
		if (message.type === "participants_changed") this.followSwitches();
	}

	private async subscribe(offer: string): Promise<void> {
		const subscriber = this.subscriber.value;
		if (!subscriber) return;
		try {
			const sdp = await subscriber.answer(offer);
			await this.session.request({ type: "subscribe_answer", sdp });
			this.disposals.push(
				effect(() => void subscriber.setSpeaker(this.local.choice.value.speaker ?? "").catch(() => {})),
			);
		} catch (error) {
			if (isOpen(subscriber.connection) && !(error instanceof Disconnected)) this.end("failed");
		}
	}

	private watchMedia(): void {
		const [publisher, subscriber] = [this.publisher, this.subscriber.value];
		if (publisher && subscriber) this.watch.watch(publisher.connection, subscriber.connection);
	}

	/** The network may be another now. */
	private findAnotherWay(): void {
		this.session.doubt();
		void this.publisher?.restartIce();
		void this.subscriber.value?.restartIce();
	}

	private onMediaLost(): void {
		// Without the server nothing can be negotiated, and where it can't be reached, media can't come either. Its time
		// begins with the next connection.
		if (this.state.reconnecting.value) return;
		if (!this.rejoining.lost()) this.end(this.rejoining.worked ? "media_timeout" : "no_media");
	}

	private onFailed(error: Error): void {
		this.close();
		if (!(error instanceof Refused)) this.state.ending.value = "no_server";
		else if (this.joined.value && !TOLD.includes(error.code)) this.state.ending.value = "failed";
		else this.refused.value = error.code;
	}

	private end(ending: "no_media" | "media_timeout" | "failed"): void {
		this.close();
		this.session.leave();
		this.state.ending.value = ending;
	}
}

const REFUSALS: Partial<Record<ErrorCode, Key>> = {
	not_permitted: "notPermitted",
	no_such_participant: "theyAreGone",
	forbidden: "notAllowed",
	last_host: "lastHost",
	rate_limited: "tooFast",
	bad_poll: "badPoll",
	bad_name: "badNameHint",
	no_telephone: "noTelephone",
	bad_number: "badNumber",
	number_not_allowed: "numberNotAllowed",
	too_many_calls: "tooManyCalls",
	no_such_call: "callIsOver",
};

const FILE_REFUSALS: Record<string, Key> = {
	too_large: "fileTooLarge",
	file_type: "fileType",
	not_permitted: "notPermitted",
};

function refusalKey(error: unknown): Key {
	const key = error instanceof Refused ? REFUSALS[error.code] : undefined;
	return key ?? (error instanceof Disconnected ? "reconnecting" : "failedTitle");
}

/** Whether a connection has not been closed by us: what fails on a closed one is no failure. */
const isOpen = (connection: RTCPeerConnection) => connection.signalingState !== "closed";
