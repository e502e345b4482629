import { useState } from "preact/hooks";
import { language, t } from "../../i18n";
import type { Conference } from "../../meeting/conference";
import type { Poll } from "../../protocol";
import { PollForm } from "./poll-form";

export function Polls({ conference }: { conference: Conference }) {
	const [making, setMaking] = useState(false);
	const polls = [...conference.state.conversation.polls.value.values()].sort((a, b) => b.id - a.id);
	const chairs = conference.state.chairs.value;
	return (
		<div class="panel-body">
			{chairs && !making && (
				<button type="button" class="primary" onClick={() => setMaking(true)}>
					{t("newPoll")}
				</button>
			)}
			{making && <PollForm conference={conference} onDone={() => setMaking(false)} />}
			{polls.length === 0 && !making && <p class="empty">{chairs ? t("noPollsChair") : t("noPolls")}</p>}
			{chairs && polls.length > 0 && (
				<button
					type="button"
					class="small"
					onClick={() =>
						void conference.files.saveExport("polls.csv", language.value).catch(() => {
							conference.news.value = { key: "failedTitle" };
						})
					}
				>
					{t("savePolls")}
				</button>
			)}
			<ul class="polls">
				{polls.map((poll) => (
					<Question key={poll.id} conference={conference} poll={poll} chairs={chairs} />
				))}
			</ul>
		</div>
	);
}

interface Props {
	conference: Conference;
	poll: Poll;
	chairs: boolean;
}

function Question({ conference, poll, chairs }: Props) {
	const { id, question, options, several, state, counts, voters, mine } = poll;
	const most = Math.max(1, voters);
	const set = (to: Poll["state"]) => () =>
		void conference.ask({ type: "set_poll_state", poll: id, state: to });
	const vote = (option: number) => {
		const others = mine.filter((chosen) => chosen !== option);
		const has = mine.includes(option);
		const chosen = several ? (has ? others : [...others, option]) : has ? [] : [option];
		void conference.ask({ type: "vote", poll: id, options: chosen });
	};
	return (
		<li class="poll" data-state={state}>
			<fieldset disabled={state !== "open"}>
				<legend dir="auto">{question}</legend>
				{options.map((option, i) => {
					const count = counts?.[i];
					return (
						<label class="option" key={i}>
							<input
								type={several ? "checkbox" : "radio"}
								name={`poll-${id}`}
								checked={mine.includes(i)}
								onClick={() => vote(i)}
							/>
							<span class="words" dir="auto">
								{option}
							</span>
							{count !== undefined && (
								<>
									<span class="votes">
										{t("votes", { n: count, percent: Math.round((100 * count) / most) })}
									</span>
									<progress max={most} value={count} aria-hidden="true" />
								</>
							)}
						</label>
					);
				})}
			</fieldset>
			<p class="soft">
				{state === "draft" ? t("pollDraft") : t(state === "open" ? "pollOpen" : "pollClosed", { n: voters })}
				{poll.anonymous && ` · ${t("anonymous")}`}
			</p>
			{chairs && (
				<div class="row">
					{state !== "open" && (
						<button type="button" class="small" onClick={set("open")}>
							{state === "draft" ? t("openPoll") : t("reopenPoll")}
						</button>
					)}
					{state === "open" && (
						<button type="button" class="small" onClick={set("closed")}>
							{t("closePoll")}
						</button>
					)}
					<button
						type="button"
						class="small"
						onClick={() => void conference.ask({ type: "delete_poll", poll: id })}
					>
						{t("deletePoll")}
					</button>
				</div>
			)}
		</li>
	);
}
