//! The sound of a shared screen: heard by whoever it is routed to, and by nobody for being loud.

mod support;

use plane::allocation::Priority;
use plane::plane::{Command, Event};
use plane::track::MediaKind;
use support::{LEVEL, MID, OPUS, Peer, Received, World, audio_format};

const GROUP: u32 = 900;
const SOUND_MID: &str = "3";
/// The loudest that there is.
const LOUD: u8 = 0;

/// Somebody who shares a screen with sound, and receives one: their sound's track is their id times ten, and so is the
/// slot, whose SSRC is the same.
struct Person {
    publisher: Peer,
    subscriber: Peer,
    sent: u64,
}

impl Person {
    fn new(world: &mut World, id: u32) -> Self {
        let (publisher, subscriber) =
            (world.connect_publisher(id, id), world.connect(id + 500, id));
        world.add_microphone(&publisher, id, GROUP);
        world.command(Command::AddTrack {
            track: id * 10,
            transport: publisher.id,
            mid: SOUND_MID.into(),
            kind: MediaKind::Audio,
            rids: Vec::new(),
            group: None,
        });
        for seat in 0..3 {
            let slot = id * 1_000 + u32::from(seat);
            world.command(Command::AddAudioSlot {
                slot,
                transport: subscriber.id,
                format: audio_format(slot),
                group: GROUP,
                seat,
            });
        }
        world.command(Command::AddRoutedAudioSlot {
            slot: id * 10,
            transport: subscriber.id,
            format: audio_format(id * 10),
        });
        Self {
            publisher,
            subscriber,
            sent: 0,
        }
    }

    /// 20 ms of the screen's sound, and of time.
    fn play(&mut self, world: &mut World) {
        self.send(world, SOUND_MID);
        world.pass(20);
    }

    fn send(&mut self, world: &mut World, mid: &str) {
        self.sent += 1;
        let ssrc = self.publisher.id * 100 + u32::from(mid == SOUND_MID);
        let packet = self.publisher.rtp(
            OPUS,
            ssrc,
            self.sent,
            960 * self.sent as u32,
            &[(MID, mid.as_bytes()), (LEVEL, &[0x80 | LOUD])],
            &self.publisher.id.to_be_bytes(),
            0,
        );
        world.datagram(&self.publisher.path.clone(), &packet);
    }

    fn hears(&mut self, sent: &[(plane::egress::Path, Vec<u8>)]) -> Vec<Received> {
        self.subscriber.read(sent).0
    }
}

/// So many people, with ids from 1 on.
fn people(world: &mut World, count: u32) -> Vec<Person> {
    world.command(Command::AddGroup { group: GROUP });
    (1..=count).map(|id| Person::new(world, id)).collect()
}

fn route(world: &mut World, listener: u32, sharer: Option<u32>) {
    world.command(Command::Route {
        slot: listener * 10,
        wish: sharer.map(|id| (id * 10, 0, 3)),
        priority: Priority::Screen,
    });
}

fn assert_unbroken(packets: &[Received]) {
    for pair in packets.windows(2) {
        assert_eq!(pair[1].sequence, pair[0].sequence.wrapping_add(1));
        let passed = pair[1].timestamp.wrapping_sub(pair[0].timestamp);
        assert!((1..48_000).contains(&passed), "{passed} ticks");
    }
}

#[test]
fn it_is_heard_where_it_is_routed_to_and_by_nobody_else_and_takes_no_seat() {
    let mut world = World::default();
    let mut people = people(&mut world, 3);
    route(&mut world, 1, Some(1)); // who shares does not hear it, even when asked for
    route(&mut world, 2, Some(1));
    world.events();
    for _ in 0..100 {
        people[0].play(&mut world);
    }
    let sent = world.sent();
    let heard: Vec<_> = people
        .iter_mut()
        .map(|person| person.hears(&sent))
        .collect();
    assert_eq!(
        [heard[0].len(), heard[1].len(), heard[2].len()],
        [0, 100, 0]
    );
    assert!(heard[1].iter().all(|packet| packet.ssrc == 20));
    assert_unbroken(&heard[1]);
    let occupied = Event::SlotOccupied {
        slot: 20,
        track: Some(10),
    };
    let measured = |event: &Event| matches!(event, Event::LinkMeasured { .. });
    let mut events = world.events();
    events.retain(|event| !measured(event));
    assert_eq!(events, [occupied], "nobody speaks");
}

#[test]
fn another_screens_sound_follows_in_one_unbroken_stream_and_the_first_is_heard_no_more() {
    let mut world = World::default();
    let mut people = people(&mut world, 3);
    let mut heard = Vec::new();
    for sharer in [1, 2, 1, 2] {
        route(&mut world, 3, Some(sharer));
        for _ in 0..10 {
            people[0].play(&mut world);
            people[1].play(&mut world);
        }
        let sent = world.sent();
        let packets = people[2].hears(&sent);
        let from = |packet: &Received| u32::from_be_bytes(packet.payload[..4].try_into().unwrap());
        assert!(packets.iter().all(|packet| from(packet) == sharer));
        assert_eq!(packets.len(), 10);
        heard.extend(packets);
    }
    assert_unbroken(&heard);
    world.events();
    route(&mut world, 3, None);
    people[1].play(&mut world);
    let sent = world.sent();
    assert!(people[2].hears(&sent).is_empty());
    let emptied = Event::SlotOccupied {
        slot: 30,
        track: None,
    };
    assert_eq!(world.events(), [emptied]);
}

#[test]
fn it_stops_with_its_screen_and_comes_back_with_it() {
    let mut world = World::default();
    let mut people = people(&mut world, 2);
    route(&mut world, 2, Some(1));
    let mut heard = Vec::new();
    for paused in [false, true, false] {
        world.command(Command::PauseTrack { track: 10, paused });
        for _ in 0..10 {
            people[0].play(&mut world);
        }
        let sent = world.sent();
        let packets = people[1].hears(&sent);
        assert_eq!(packets.len(), if paused { 0 } else { 10 });
        heard.extend(packets);
    }
    assert_unbroken(&heard);
    world.command(Command::RemoveTransport {
        transport: people[0].publisher.id,
    });
    let emptied = Event::SlotOccupied {
        slot: 20,
        track: None,
    };
    assert!(world.events().contains(&emptied));
}

#[test]
fn a_voice_or_a_picture_cannot_be_routed_in_its_place() {
    let mut world = World::default();
    let mut people = people(&mut world, 2);
    world.add_camera(&people[0].publisher, 77, &[]);
    for track in [1, 77] {
        world.command(Command::Route {
            slot: 20,
            wish: Some((track, 0, 3)),
            priority: Priority::Screen,
        });
        people[0].send(&mut world, "0");
        let sent = world.sent();
        assert!(
            people[1]
                .hears(&sent)
                .iter()
                .all(|packet| packet.ssrc != 20)
        );
    }
}
