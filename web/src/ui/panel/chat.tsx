import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { language, t } from "../../i18n";
import { last } from "../../last";
import { isChair } from "../../meeting/chairing";
import type { Conference } from "../../meeting/conference";
import type { ChatMessage } from "../../protocol";
import { Icon } from "../icons";
import { Attachment } from "./attachment";
import { withLinks } from "./links";

const MAX_TEXT = 4_000;
/** Nearer to the end than this, in CSS pixels, the list follows what is said. */
const AT_END = 60;

export function Chat({ conference }: { conference: Conference }) {
	const { conversation } = conference.state;
	const list = useRef<HTMLDivElement>(null);
	const atEnd = useRef(true);
	const before = useRef({ first: 0, height: 0 });
	const messages = conversation.messages.value;
	const latest = last(messages)?.id;
	const first = messages[0]?.id ?? 0;

	useEffect(() => conversation.markSeen(), [latest]);
	useLayoutEffect(() => {
		const element = list.current;
		if (!element) return;
		// What is read stays where it is when earlier messages come above it.
		if (first < before.current.first) element.scrollTop += element.scrollHeight - before.current.height;
		else if (atEnd.current) element.scrollTop = element.scrollHeight;
		before.current = { first, height: element.scrollHeight };
	}, [latest, first]);

	return (
		<div class="panel-body chat">
			<div
				class="messages"
				ref={list}
				// biome-ignore lint/a11y/noNoninteractiveTabindex: a list that scrolls must be reached by the keyboard
				tabIndex={0}
				role="log"
				aria-label={t("chat")}
				onScroll={({ currentTarget: at }) => {
					atEnd.current = at.scrollHeight - at.scrollTop - at.clientHeight < AT_END;
				}}
			>
				<ol>
					{conversation.more.value && (
						<li class="earlier">
							<button type="button" class="small" onClick={() => void conference.readEarlier()}>
								{t("earlierMessages")}
							</button>
						</li>
					)}
					{messages.length === 0 && <li class="empty">{t("noMessages")}</li>}
					{messages.map((message, i) => (
						<Message
							key={message.id}
							conference={conference}
							message={message}
							goesOn={continues(messages[i - 1], message)}
						/>
					))}
				</ol>
			</div>
			<Composer conference={conference} />
		</div>
	);
}

/** Whether a message needs no new heading: the same writer, to the same reader, within five minutes. */
function continues(before: ChatMessage | undefined, message: ChatMessage): boolean {
	return (
		before !== undefined &&
		before.sender === message.sender &&
		before.to === message.to &&
		message.at - before.at < 300
	);
}

interface MessageProps {
	conference: Conference;
	message: ChatMessage;
	goesOn: boolean;
}

function Message({ conference, message, goesOn }: MessageProps) {
	const { id, at, name, mine, text, to, to_name, file } = message;
	const time = new Date(at * 1_000);
	const clock = new Intl.DateTimeFormat(language.value, { hour: "2-digit", minute: "2-digit" });
	const mayDelete = mine || conference.state.chairs.value;
	return (
		<li class="message" data-mine={mine ? "" : undefined} data-private={to ? "" : undefined}>
			{!goesOn && (
				<div class="message-top">
					<bdi class="name">{mine ? t("you") : name}</bdi>
					{to && (
						<span class="private">
							{mine ? t("privatelyTo", { name: to_name ?? "" }) : t("privatelyToYou")}
						</span>
					)}
					<time dateTime={time.toISOString()}>{clock.format(time)}</time>
				</div>
			)}
			{text && <p dir="auto">{withLinks(text)}</p>}
			{file && <Attachment conference={conference} file={file} />}
			{mayDelete && (
				<button
					type="button"
					class="icon-only delete"
					aria-label={t("deleteMessage")}
					title={t("deleteMessage")}
					onClick={() => void conference.ask({ type: "delete_chat", message: id })}
				>
					<Icon name="trash" />
				</button>
			)}
		</li>
	);
}

/** Where a message is written. Enter sends it, Shift+Enter begins another line. */
function Composer({ conference }: { conference: Conference }) {
	const [text, setText] = useState("");
	const [sent, setSent] = useState<number | null>(null);
	const chooser = useRef<HTMLInputElement>(null);
	const input = useRef<HTMLTextAreaElement>(null);
	const { state, layout } = conference;
	const policy = state.chairing.policy.value;
	const chairs = state.chairs.value;
	const readers = state.others.value.filter(
		(person) => person.telephone === null && (chairs || policy.private_chat || isChair(person.role)),
	);
	const chosen = readers.find(({ id }) => id === layout.writingTo.value)?.id ?? null;
	const toAll = chairs || policy.chat;
	const to = chosen ?? (toAll ? null : (readers[0]?.id ?? null));
	const closed = !toAll && to === null;

	useEffect(() => {
		if (layout.writingTo.value) input.current?.focus();
	}, [layout.writingTo.value]);

	async function send(): Promise<void> {
		if (!text.trim()) return;
		// At once: whoever types on while it is under way writes the next message.
		setText("");
		input.current?.focus();
		const done = await conference.say(text, to);
		if (!done) setText((typed) => typed || text);
	}

	async function sendFile(file: File | undefined): Promise<void> {
		if (!file || sent !== null) return;
		setSent(0);
		await conference.sendFile(file, to, setSent);
		setSent(null);
		if (chooser.current) chooser.current.value = "";
	}

	const mayAttach = (chairs || policy.files) && state.self.value?.role !== "listener";
	if (closed) return <p class="empty">{t("chatClosed")}</p>;
	return (
		<form
			class="composer"
			onSubmit={(event) => {
				event.preventDefault();
				void send();
			}}
		>
			{readers.length > 0 && (
				<label class="to">
					<span>{t("to")}</span>
					<select
						value={to ?? ""}
						onChange={(event) => {
							layout.writingTo.value = event.currentTarget.value || null;
						}}
					>
						{toAll && <option value="">{t("everybody")}</option>}
						{readers.map(({ id, name }) => (
							<option key={id} value={id}>
								{name}
							</option>
						))}
					</select>
				</label>
			)}
			{sent !== null && (
				<label class="sending">
					<span>{t("sendingFile")}</span>
					<progress max={1} value={sent} />
				</label>
			)}
			<div class="write">
				{mayAttach && (
					<>
						<input
							ref={chooser}
							type="file"
							hidden
							onChange={(event) => void sendFile(event.currentTarget.files?.[0])}
						/>
						<button
							type="button"
							class="icon-only"
							disabled={sent !== null}
							aria-label={t("attachFile")}
							title={t("attachFile")}
							onClick={() => chooser.current?.click()}
						>
							<Icon name="attach" />
						</button>
					</>
				)}
				<textarea
					ref={input}
					rows={2}
					maxLength={MAX_TEXT}
					value={text}
					dir="auto"
					aria-label={t("message")}
					placeholder={t("writeMessage")}
					onInput={(event) => setText(event.currentTarget.value)}
					onKeyDown={(event) => {
						// Not while a word is being composed, as of Balinese or Chinese letters.
						if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
						event.preventDefault();
						void send();
					}}
				/>
				<button
					type="submit"
					class="primary icon-only"
					disabled={!text.trim()}
					aria-label={t("send")}
					title={t("send")}
				>
					<Icon name="send" />
				</button>
			</div>
		</form>
	);
}
