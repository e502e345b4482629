import { last } from "../last";

/** The server refused a file, or the way to it broke; `code` is stable. */
export class FileRefused extends Error {
	constructor(readonly code: string) {
		super(code);
	}
}

/** Pictures that may be shown where they stand. Anything else is only ever saved. */
const PICTURES: Record<string, string> = {
	png: "image/png",
	jpg: "image/jpeg",
	jpeg: "image/jpeg",
	gif: "image/gif",
	webp: "image/webp",
};
/** Larger ones are saved, not shown: weak links are not to be filled unasked. In bytes. */
const LARGEST_SHOWN = 500_000;

/** The type as which a file may be shown in place, by its ending; null where it may not. */
export function picturesType(name: string, size: number): string | null {
	const ending = last(name.toLowerCase().split(".")) ?? "";
	return size <= LARGEST_SHOWN ? (PICTURES[ending] ?? null) : null;
}

/** What a member of one meeting sends and reads beside the WebSocket. */
export class MemberFiles {
	/** `token`: the secret of this client's seat, as of now. */
	constructor(
		private readonly code: string,
		private readonly token: () => string,
	) {}

	/** Send a file; resolves with its id. `progress` hears of each part, from 0 to 1. */
	upload(file: File, progress: (share: number) => void): Promise<string> {
		return new Promise((resolve, reject) => {
			const request = new XMLHttpRequest(); // fetch tells nothing of how far it has come
			request.open("POST", this.path("files"));
			request.setRequestHeader("Authorization", `Seat ${this.token()}`);
			request.setRequestHeader("X-File-Name", encodeURIComponent(file.name));
			request.responseType = "json";
			request.upload.onprogress = ({ loaded, total }) => progress(total > 0 ? loaded / total : 0);
			request.onload = () => {
				if (request.status === 201) resolve((request.response as { id: string }).id);
				else reject(new FileRefused(request.response?.error?.code ?? "internal"));
			};
			// A server that refuses at once may close before everything is sent.
			request.onerror = () => reject(new FileRefused("broken"));
			request.send(file);
		});
	}

	/** The bytes of a file in the chat. */
	async read(id: string): Promise<Blob> {
		return this.get(this.path(`files/${encodeURIComponent(id)}`));
	}

	/** Save a file in the chat under its name. */
	async save(id: string, name: string): Promise<void> {
		saveAs(await this.read(id), name);
	}

	/** Save what a chair takes home, such as `attendance.pdf`. */
	async saveExport(what: string, language: string): Promise<void> {
		saveAs(await this.get(`${this.path(what)}?language=${language}`), `${this.code}-${what}`);
	}

	private path(rest: string): string {
		return `/api/meetings/${this.code}/${rest}`;
	}

	private async get(path: string): Promise<Blob> {
		const response = await fetch(path, { headers: { Authorization: `Seat ${this.token()}` } });
		if (!response.ok) throw new FileRefused(response.status === 404 ? "no_such_file" : "forbidden");
		return response.blob();
	}
}

function saveAs(bytes: Blob, name: string): void {
	// Of no type that a browser would open: it is saved, whatever it is.
	const address = URL.createObjectURL(new Blob([bytes], { type: "application/octet-stream" }));
	const link = Object.assign(document.createElement("a"), { href: address, download: name });
	document.body.append(link);
	link.click();
	link.remove();
	setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
