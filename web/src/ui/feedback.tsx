import "../styles/feedback.css";
import { useState } from "preact/hooks";
import { t } from "../i18n";
import type { Key } from "../i18n/en";
import type { Conference } from "../meeting/conference";

/** What each rating means, from 1 up. */
const RATINGS: readonly Key[] = ["ratingBad", "ratingPoor", "ratingFair", "ratingGood", "ratingPerfect"];

/** One question after a meeting, and room for words. What is chosen is sent at once; words are sent when they are done. */
export function FeedbackForm({ conference }: { conference: Conference }) {
	const [rating, setRating] = useState(0);
	const [words, setWords] = useState("");
	const [state, setState] = useState<"asked" | "thanked" | "failed">("asked");

	async function send(chosen: number): Promise<void> {
		setRating(chosen);
		setState((await conference.giveFeedback(chosen, words)) ? "thanked" : "failed");
	}

	return (
		<form
			class="feedback"
			onSubmit={(event) => {
				event.preventDefault();
				void send(rating);
			}}
		>
			<fieldset>
				<legend>{t("feedbackQuestion")}</legend>
				<div class="stars">
					{RATINGS.map((key, i) => (
						<label key={key} title={t(key)} data-lit={i < rating}>
							<input
								class="visually-hidden"
								type="radio"
								name="rating"
								checked={rating === i + 1}
								onChange={() => void send(i + 1)}
							/>
							<span aria-hidden="true">{i < rating ? "★" : "☆"}</span>
							<span class="visually-hidden">{t(key)}</span>
						</label>
					))}
				</div>
			</fieldset>
			{rating > 0 && (
				<div class="words">
					<label class="field">
						<span>{t("feedbackWords")}</span>
						<textarea
							rows={2}
							maxLength={1_000}
							dir="auto"
							value={words}
							onInput={(event) => setWords(event.currentTarget.value)}
						/>
					</label>
					<button type="submit" disabled={!words.trim()}>
						{t("send")}
					</button>
				</div>
			)}
			<p role="status" class="soft">
				{state === "thanked" ? t("feedbackThanks") : state === "failed" ? t("feedbackFailed") : ""}
			</p>
		</form>
	);
}
