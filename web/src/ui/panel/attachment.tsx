import { useEffect, useState } from "preact/hooks";
import { language, t } from "../../i18n";
import type { Conference } from "../../meeting/conference";
import { picturesType } from "../../meeting/files";
import type { ChatFile } from "../../protocol";
import { Icon } from "../icons";

/** How large a file is, in words. */
export function fileSize(bytes: number): string {
	const units = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;
	const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
	return new Intl.NumberFormat(language.value, {
		style: "unit",
		unit: units[power] ?? "byte",
		unitDisplay: "short",
		maximumFractionDigits: power > 1 ? 1 : 0,
	}).format(bytes / 1_000 ** power);
}

/** A file that came with a message: small pictures as such, everything by name, to be saved. */
export function Attachment({ conference, file }: { conference: Conference; file: ChatFile }) {
	const { id, name, size } = file;
	const type = picturesType(name, size);
	const address = usePicture(conference, id, type);
	return (
		<div class="attachment">
			{address && <img src={address} alt={name} />}
			<button
				type="button"
				class="small"
				title={t("saveFile", { name })}
				onClick={() =>
					void conference.files.save(id, name).catch(() => {
						conference.news.value = { key: "fileGone" };
					})
				}
			>
				<Icon name="file" />
				<bdi>{name}</bdi>
				<span class="soft">{fileSize(size)}</span>
			</button>
		</div>
	);
}

/** The address of a picture's bytes, once they are here. */
function usePicture(conference: Conference, id: string, type: string | null): string | null {
	const [address, setAddress] = useState<string | null>(null);
	useEffect(() => {
		if (type === null) return;
		let made: string | null = null;
		let over = false;
		conference.files.read(id).then(
			(bytes) => {
				if (over) return;
				made = URL.createObjectURL(new Blob([bytes], { type }));
				setAddress(made);
			},
			() => {}, // the name is there to be tried
		);
		return () => {
			over = true;
			if (made) URL.revokeObjectURL(made);
		};
	}, [conference, id, type]);
	return address;
}
