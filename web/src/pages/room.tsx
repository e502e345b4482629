import { useSignal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { t } from "../i18n";
import { LocalMedia } from "../media/local";
import type { Conference, Introduction } from "../meeting/conference";
import { forgetSeat, hadSeat, takeSeat } from "../meeting/former-seat";
import type { Ending } from "../meeting/state";
import { type Access, accessOf } from "../meeting/telephone";
import { ENDINGS, Notice, TURNED_AWAY } from "./notice";
import { Prejoin } from "./prejoin";
import { WaitingRoom } from "./waiting-room";

/** What the server tells of a meeting to whoever has its code. */
interface About {
	participants: number;
	title: string;
	ask_unit: boolean;
	numbers: string[];
	pin: string | null;
}

/** The endings after which it is asked how the meeting was. */
const SPOKEN_OF: readonly Ending[] = ["left", "meeting_ended", "media_timeout"];

type InMeeting = typeof import("./in-meeting");

/** `/m/<code>`: before, in and after one meeting. */
export function Room({ code }: { code: string }) {
	const local = useMemo(() => new LocalMedia(), []);
	const present = useSignal<number | "unknown" | "missing" | "unreachable">("unknown");
	const about = useSignal({ title: "", asksUnit: false, telephone: null as Access | null });
	const conference = useSignal<Conference | null>(null);
	const inMeeting = useSignal<InMeeting | null>(null);
	const loading = useSignal(false);
	const gone = useRef(false);

	/** What the meeting needs is there, or is fetched now. Null where it can't be had. */
	async function load(): Promise<InMeeting | null> {
		try {
			inMeeting.value ??= await import("./in-meeting");
		} catch {
			present.value = "unreachable"; // or another version of the client is served by now: to be loaded anew
		}
		return inMeeting.value;
	}
	useEffect(() => {
		// In time for the press of Join; where it fails, Join tries again.
		import("./in-meeting").then(
			(part) => {
				inMeeting.value = part;
			},
			() => {},
		);
	}, [inMeeting]);
	const returning = useSignal(hadSeat(code));

	useEffect(() => {
		if (!returning.value) return;
		void takeSeat(code).then((seat) => {
			returning.value = false;
			if (seat) void join(seat.who, seat.token);
		});
	}, [code, returning]);

	useEffect(() => {
		fetch(`/api/meetings/${encodeURIComponent(code)}`)
			.then(async (response) => {
				const body = (await response.json()) as Partial<About>;
				about.value = {
					title: body.title ?? "",
					asksUnit: body.ask_unit ?? false,
					telephone: accessOf(body),
				};
				present.value = response.ok ? (body.participants ?? 0) : "missing";
			})
			.catch(() => {
				present.value = "unreachable";
			});
	}, [code, present]);

	useEffect(() => {
		// The Back button, a link or a closed tab: the others are not to wait for somebody who is gone.
		const leave = () => conference.value?.leave();
		const hide = (event: PageTransitionEvent) => {
			// A page that is kept may be shown again, and then takes its seat again.
			if (!event.persisted) conference.value?.goAway();
		};
		addEventListener("pagehide", hide);
		return () => {
			gone.current = true;
			removeEventListener("pagehide", hide);
			leave();
			local.stop();
		};
	}, [local, conference]);

	useEffect(() => {
		document.title = `${t("meetingIs", { code })} – Balai`;
	});

	const current = conference.value;
	const ending = current?.state.ending.value ?? null;
	const missing = present.value === "missing" || current?.refused.value === "no_such_meeting";
	const turnedAway = TURNED_AWAY[current?.refused.value ?? "internal"];
	const over = ending !== null || missing || turnedAway !== undefined;
	useEffect(() => {
		if (over) local.stop();
	}, [over, local]);

	const lapsed = current?.refused.value === "resume_failed";
	useEffect(() => {
		if (!lapsed) return;
		// Whoever comes back after long is asked anew whether, and how, they want to be in the meeting.
		forgetSeat(code);
		conference.value = null;
	}, [lapsed, code, conference]);

	async function join(who: Introduction, former: string | null = null): Promise<void> {
		if (loading.value) return;
		loading.value = true;
		const part = await load();
		loading.value = false;
		if (!part || gone.current) return;
		conference.value = new part.Conference(code, who, local, former);
		conference.value.connect();
	}

	if (missing) return <Notice title="notFoundTitle" hint="notFoundHint" values={{ code }} />;
	const again = () => {
		conference.value = null;
	};
	if (turnedAway) return <Notice title={turnedAway.title} hint={turnedAway.hint} onRejoin={again} />;
	if (present.value === "unreachable")
		return <Notice title="failedTitle" hint="noServer" onRejoin={() => location.reload()} />;
	if (ending) {
		const { title, hint } = ENDINGS[ending];
		const Feedback =
			current?.joined.value && SPOKEN_OF.includes(ending) ? inMeeting.value?.FeedbackForm : null;
		return (
			<Notice title={title} hint={hint} values={{ port: mediaPort(current) }} onRejoin={again}>
				{Feedback && current && <Feedback conference={current} />}
			</Notice>
		);
	}
	const Meeting = inMeeting.value?.Meeting;
	if (Meeting && current?.joined.value) return <Meeting conference={current} />;
	const lobby = current?.lobby.value ?? null;
	if (current && lobby !== null) return <WaitingRoom conference={current} title={lobby} />;
	return (
		<Prejoin
			code={code}
			title={about.value.title}
			asksUnit={about.value.asksUnit}
			telephone={about.value.telephone}
			present={typeof present.value === "number" ? present.value : 0}
			local={local}
			joining={loading.value || returning.value || (current !== null && current.refused.value === null)}
			refusal={lapsed ? null : (current?.refused.value ?? null)}
			onJoin={(who) => void join(who)}
		/>
	);
}

/** The UDP port that media was to go to, for whoever has to open it. */
function mediaPort(conference: Conference | null): string {
	// Not of its connection: Firefox tells nothing any more of one that is closed.
	const sdp = conference?.subscriber.value?.offer ?? "";
	return /a=candidate:\S+ 1 udp \d+ \S+ (\d+)/i.exec(sdp)?.[1] ?? "8444";
}
