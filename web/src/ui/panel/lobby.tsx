import { t } from "../../i18n";
import type { Conference } from "../../meeting/conference";
import { Icon } from "../icons";

/** Who waits to be let in, for the chair. */
export function Lobby({ conference }: { conference: Conference }) {
	const waiting = conference.state.chairing.waiting.value;
	if (waiting.length === 0) return null;
	const admit = (ids: string[] | null) => void conference.ask({ type: "admit", waiting: ids });
	return (
		<section class="lobby" aria-labelledby="lobby-title">
			<div class="row">
				<h3 id="lobby-title">{t("waitingToJoin", { n: waiting.length })}</h3>
				<button type="button" class="small primary" onClick={() => admit(null)}>
					{t("admitAll")}
				</button>
			</div>
			<ul class="people">
				{waiting.map(({ id, name, unit, position, telephone }) => (
					<li class="person" key={id}>
						{telephone !== null && <Icon name="telephone" />}
						<span class="who">
							<bdi class="name">{name}</bdi>
							<bdi class="soft about">
								{[telephone === name ? "" : telephone === "" ? t("withheld") : telephone, position, unit]
									.filter(Boolean)
									.join(", ")}
							</bdi>
						</span>
						<button
							type="button"
							class="small"
							aria-label={t("refuseName", { name })}
							onClick={() => void conference.ask({ type: "refuse", waiting: [id] })}
						>
							{t("refuse")}
						</button>
						<button
							type="button"
							class="small primary"
							aria-label={t("admitName", { name })}
							onClick={() => admit([id])}
						>
							{t("admit")}
						</button>
					</li>
				))}
			</ul>
		</section>
	);
}
