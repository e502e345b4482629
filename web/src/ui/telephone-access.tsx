import { t } from "../i18n";
import { type Access, spoken, telLink } from "../meeting/telephone";
import { Icon } from "./icons";

/** The numbers to call, each a link that dials the PIN too, and the PIN. */
export function TelephoneAccess({ telephone }: { telephone: Access }) {
	const { numbers, pin } = telephone;
	return (
		<section class="telephone-access" aria-label={t("orCall")}>
			<p class="hint">{t("orCall")}</p>
			{numbers.map((number) => (
				<a key={number} href={telLink(number, pin)} aria-label={t("callNumber", { number })}>
					<Icon name="telephone" />
					<bdi>{number}</bdi>
				</a>
			))}
			<p>
				{t("phonePin")} <strong class="pin">{spoken(pin)}</strong> <span aria-hidden="true">#</span>
			</p>
			<p class="hint">{t("pinHint")}</p>
		</section>
	);
}
