import type { Conference } from "../meeting/conference";
import { Tile } from "./tile";

/** One participant's tile, with whatever of them comes here now. */
export function ParticipantTile({ conference, id }: { conference: Conference; id: string }) {
	const { state, local } = conference;
	const participant = state.participants.value.get(id);
	if (!participant) return null;
	const self = id === state.you.value;
	const slot = self ? undefined : state.slots.value.get(state.videoSlotOf.value.get(id) ?? "");
	const theirs = slot?.pictured && participant.camera;
	const track = self
		? local.camera.value
		: theirs
			? (conference.subscriber.value?.tracks.value.get(slot.slot) ?? null)
			: null;
	return (
		<Tile
			participant={participant}
			track={track}
			slot={slot?.slot ?? null}
			self={self}
			speaking={id === state.dominant.value && participant.microphone}
			paused={slot?.paused && participant.camera}
			reaction={state.conversation.reactions.value.get(id)}
		/>
	);
}
