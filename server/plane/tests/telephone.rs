//! Telephones: voices that are spoken from within this machine, and what of a room is heard there.

mod support;

use plane::counters::Counter;
use plane::plane::{Command, Event, Heard};
use plane::track::MediaKind;
use support::{LEVEL, MID, OPUS, Peer, RED, Received, World, audio_format};

const GROUP: u32 = 900;
/// The caller's transport, endpoint and track.
const CALLER: u32 = 800;
const TALK: u8 = 25;

struct Scene {
    world: World,
    publisher: Peer,
    subscriber: Peer,
    sent: u64,
}

impl Scene {
    /// A browser (track 1) and a caller in one room.
    fn new() -> Self {
        let mut world = World::default();
        world.command(Command::AddGroup { group: GROUP });
        let (publisher, subscriber) = (world.connect_publisher(1, 1), world.connect(2, 1));
        world.add_microphone(&publisher, 1, GROUP);
        for seat in 0..3 {
            world.command(Command::AddAudioSlot {
                slot: 10 + u32::from(seat),
                transport: subscriber.id,
                format: audio_format(10 + u32::from(seat)),
                group: GROUP,
                seat,
            });
        }
        world.command(Command::AddLocalTransport {
            transport: CALLER,
            endpoint: CALLER,
        });
        world.command(Command::AddTrack {
            track: CALLER,
            transport: CALLER,
            mid: "0".into(),
            kind: MediaKind::Audio,
            rids: Vec::new(),
            group: Some(GROUP),
        });
        world.pass(20);
        Self {
            world,
            publisher,
            subscriber,
            sent: 0,
        }
    }

    fn tap(&mut self, tapped: bool) {
        self.world.command(Command::TapGroup {
            group: GROUP,
            tapped,
        });
    }

    fn speak(&mut self, timestamp: u32, payload: &[u8]) {
        self.world.command(Command::Speak {
            track: CALLER,
            timestamp,
            level: TALK,
            payload: payload.into(),
        });
    }

    /// The browser's next packet, 20 ms after the one before.
    fn browser_speaks(&mut self, payload_type: u8, payload: &[u8]) {
        self.sent += 1;
        let packet = self.publisher.rtp(
            payload_type,
            77,
            self.sent,
            960 * self.sent as u32,
            &[(MID, b"0"), (LEVEL, &[TALK])],
            payload,
            0,
        );
        self.world.datagram(&self.publisher.path.clone(), &packet);
        self.world.pass(20);
    }

    fn browser_hears(&mut self) -> Vec<Received> {
        let sent = self.world.sent();
        self.subscriber.read(&sent).0
    }

    fn heard(&mut self) -> Vec<Heard> {
        self.world.plane.drain_heard().collect()
    }
}

#[test]
fn a_caller_is_heard_in_a_browser_without_gaps_and_takes_part_by_loudness() {
    let mut scene = Scene::new();
    for i in 0..50 {
        scene.speak(i * 960, &[1, i as u8]);
        scene.world.pass(20);
    }
    let heard = scene.browser_hears();
    assert_eq!(heard.len(), 50);
    for (i, pair) in heard.windows(2).enumerate() {
        assert_eq!(pair[1].sequence, pair[0].sequence.wrapping_add(1));
        assert_eq!(pair[1].timestamp.wrapping_sub(pair[0].timestamp), 960);
        assert_eq!(pair[1].payload, [1, i as u8 + 1]);
    }
    let events = scene.world.events();
    let dominant = Event::Dominant {
        group: GROUP,
        track: Some(CALLER),
    };
    assert!(events.contains(&dominant), "{events:?}");
}

#[test]
fn after_a_pause_a_caller_goes_on_with_the_marker_and_the_time_that_passed() {
    let mut scene = Scene::new();
    for timestamp in [0, 960, 960 * 40, 960 * 41] {
        scene.speak(timestamp, b"o");
        scene.world.pass(20);
    }
    let heard = scene.browser_hears();
    let markers: Vec<_> = heard.iter().map(|packet| packet.marker).collect();
    assert_eq!(markers, [true, false, true, false]);
    assert_eq!(
        heard[2].timestamp.wrapping_sub(heard[1].timestamp),
        960 * 39
    );
    assert_eq!(heard[2].sequence, heard[1].sequence.wrapping_add(1));
}

#[test]
fn a_silent_caller_is_never_dead_and_a_muted_one_is_not_heard() {
    let mut scene = Scene::new();
    scene.world.pass(60_000);
    let dead = |event: &Event| matches!(event, Event::Dead { transport } if *transport == CALLER);
    assert!(!scene.world.events().iter().any(dead));
    scene.tap(true);
    scene.world.command(Command::PauseTrack {
        track: CALLER,
        paused: true,
    });
    scene.browser_hears();
    scene.speak(0, b"muted");
    assert_eq!((scene.browser_hears(), scene.heard()), (vec![], vec![]));
    assert_eq!(scene.world.plane.counters().get(Counter::DropPaused), 1);
}

#[test]
fn a_tap_tells_each_packet_that_is_heard_and_unpacks_redundancy() {
    let mut scene = Scene::new();
    scene.browser_speaks(OPUS, b"before");
    assert_eq!(scene.heard(), [], "nobody taps");
    scene.tap(true);
    scene.browser_speaks(OPUS, b"one");
    // RFC 2198: a block of four bytes of 20 ms ago (which came already), then the newest.
    let mut red = vec![0x80 | OPUS, 0x0f, 0x00, 0x03, OPUS];
    red.extend_from_slice(b"onetwo");
    scene.browser_speaks(RED, &red);
    scene.speak(960, b"caller");
    let heard = scene.heard();
    let told: Vec<_> = heard
        .iter()
        .map(|heard| (heard.track, heard.timestamp, heard.payload.as_slice()))
        .collect();
    let expected: [(u32, u32, &[u8]); 3] = [
        (1, 960 * 2, b"one"),
        (1, 960 * 3, b"two"),
        (CALLER, 960, b"caller"),
    ];
    assert_eq!(told, expected);
    assert_eq!(heard[1].index, heard[0].index + 1);
    assert_ne!(heard[0].seat, heard[2].seat);
    scene.tap(false);
    scene.browser_speaks(OPUS, b"after");
    assert_eq!(scene.heard(), []);
}

#[test]
fn a_tap_that_nobody_empties_is_bounded_and_its_losses_are_counted() {
    let mut scene = Scene::new();
    scene.tap(true);
    for i in 0..2_000 {
        scene.speak(i * 960, b"o");
    }
    assert_eq!(scene.heard().len(), 1_024);
    let dropped = scene.world.plane.counters().get(Counter::DropHeardFull);
    assert_eq!(dropped, 2_000 - 1_024);
}

#[test]
fn what_is_no_voice_of_a_caller_is_dropped_and_counted() {
    let mut scene = Scene::new();
    scene.browser_hears();
    scene.speak(0, &[7; 1_276]);
    let nobody = |track| Command::Speak {
        track,
        timestamp: 0,
        level: 255,
        payload: b"forged".into(),
    };
    scene.world.command(nobody(1)); // a browser's
    scene.world.command(nobody(4_711)); // nobody's
    scene.speak(0, b"");
    assert_eq!(scene.browser_hears(), []);
    let counters = scene.world.plane.counters();
    assert_eq!(counters.get(Counter::DropTooLarge), 1);
    assert_eq!(counters.get(Counter::DropUnknownStream), 1);
    assert_eq!(counters.get(Counter::DropPadding), 1);
    scene
        .world
        .command(Command::RemoveTransport { transport: CALLER });
    scene.speak(960, b"gone");
    assert_eq!(scene.browser_hears(), []);
}
