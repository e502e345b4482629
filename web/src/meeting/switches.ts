import type { SetMedia } from "../protocol";
import { Refused, type Request } from "./session";

/** What of a client's own is on. */
export type Media = Required<Omit<SetMedia, "type" | "id">>;

const AGAIN = 1_000;

/** Tells the server what is on, until the server has heard it: who is taken to be muted must be. */
export class Switches {
	private wanted: Media | null = null;
	/** What the server took from us, with nothing newer on its way: from then on, what it says of us is news. */
	agreed: Media | null = null;
	private timer: ReturnType<typeof setTimeout> | undefined;

	constructor(
		private readonly request: (request: Request) => Promise<unknown>,
		private readonly screenTaken: () => void,
		private readonly notPermitted: () => void,
	) {}

	tell(media: Media): void {
		this.wanted = media;
		this.agreed = null;
		void this.send(media);
	}

	stop(): void {
		this.wanted = this.agreed = null;
		clearTimeout(this.timer);
	}

	private async send(media: Media): Promise<void> {
		clearTimeout(this.timer);
		try {
			await this.request({ type: "set_media", ...media });
			if (this.wanted === media) this.agreed = media;
		} catch (error) {
			// Of what came later another answer tells; when it was disconnected, the next connection is told anew.
			if (this.wanted !== media || !(error instanceof Refused)) return;
			// The whole request was refused; it is told again without the screen as soon as that is given up.
			if (error.code === "screen_taken") this.screenTaken();
			else if (error.code === "not_permitted") this.notPermitted();
			else this.timer = setTimeout(() => void this.send(media), AGAIN);
		}
	}
}
