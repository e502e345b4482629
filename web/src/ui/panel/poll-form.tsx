import { useState } from "preact/hooks";
import { t } from "../../i18n";
import type { Conference } from "../../meeting/conference";
import { Switch } from "../switch";

const MAX_OPTIONS = 10;

/** A new poll. There is always one more empty line for another option. */
export function PollForm({ conference, onDone }: { conference: Conference; onDone(): void }) {
	const [question, setQuestion] = useState("");
	const [options, setOptions] = useState(["", ""]);
	const [several, setSeveral] = useState(false);
	const [anonymous, setAnonymous] = useState(true);
	const [live, setLive] = useState(true);
	const written = options.map((option) => option.trim()).filter(Boolean);
	const ready = question.trim() !== "" && written.length >= 2;

	function change(at: number, text: string): void {
		const changed = options.map((option, i) => (i === at ? text : option));
		const full = changed.every((option) => option.trim() !== "");
		setOptions(full && changed.length < MAX_OPTIONS ? [...changed, ""] : changed);
	}

	async function create(open: boolean): Promise<void> {
		const wanted = { question, options: written, several, anonymous, live, open };
		if (await conference.ask({ type: "create_poll", ...wanted })) onDone();
	}

	return (
		<form
			class="poll-form"
			onSubmit={(event) => {
				event.preventDefault();
				if (ready) void create(true);
			}}
		>
			<label class="field">
				<span>{t("question")}</span>
				<input
					value={question}
					maxLength={300}
					dir="auto"
					onInput={(event) => setQuestion(event.currentTarget.value)}
				/>
			</label>
			<fieldset class="field">
				<legend>{t("options")}</legend>
				{options.map((option, i) => (
					<input
						key={i}
						value={option}
						maxLength={120}
						dir="auto"
						aria-label={t("optionN", { n: i + 1 })}
						placeholder={t("optionN", { n: i + 1 })}
						onInput={(event) => change(i, event.currentTarget.value)}
					/>
				))}
			</fieldset>
			<Switch label={t("severalOptions")} on={several} onChange={setSeveral} />
			<Switch label={t("anonymousPoll")} on={anonymous} onChange={setAnonymous} />
			<Switch label={t("livePoll")} on={live} onChange={setLive} />
			<div class="row">
				<button type="submit" class="primary" disabled={!ready}>
					{t("openPoll")}
				</button>
				<button type="button" disabled={!ready} onClick={() => void create(false)}>
					{t("saveDraft")}
				</button>
				<button type="button" onClick={onDone}>
					{t("cancel")}
				</button>
			</div>
		</form>
	);
}
