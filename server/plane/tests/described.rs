//! VP8 and H.264 whose layers stand in the dependency descriptor alone, as Chromium sends them where it was agreed.

mod support;

use plane::allocation::Priority;
use plane::counters::Counter;
use plane::plane::Command;
use plane::rtp::VideoCodec;
use plane::rtp::VideoCodec::{H264, Vp8};
use plane::rtp::dependency_descriptor::Reader;
use support::pictures::{PATTERN, Picture};
use support::{DEPENDENCIES, MID, Peer, RID, Received, World, any_video_format};

const SLOT: u32 = 9;
const TRACK: u32 = 50;

/// One camera, and one viewer who has a slot.
struct Scene {
    codec: VideoCodec,
    world: World,
    camera: Peer,
    viewer: Peer,
    index: u64,
    /// So many bytes of each descriptor are sent.
    cut: usize,
}

impl Scene {
    fn new(codec: VideoCodec, temporal: u8) -> Self {
        let mut world = World::default();
        let (camera, viewer) = (world.connect_publisher(1, 1), world.connect(2, 2));
        world.add_camera(&camera, TRACK, &[]);
        world.command(Command::AddVideoSlot {
            slot: SLOT,
            transport: viewer.id,
            format: any_video_format(5_009),
        });
        world.pass(60);
        let mut scene = Self {
            codec,
            world,
            camera,
            viewer,
            index: 100,
            cut: usize::MAX,
        };
        scene.wish(temporal);
        scene
    }

    fn wish(&mut self, temporal: u8) {
        self.world.command(Command::Route {
            slot: SLOT,
            wish: Some((TRACK, 3, temporal)),
            priority: Priority::Tile,
        });
    }

    /// Sends a picture's packets; what the viewer got.
    fn send(&mut self, picture: Picture) -> Vec<Received> {
        let payload_type = if self.codec == Vp8 {
            support::VP8
        } else {
            support::H264
        };
        for packet in picture.described_packets(self.codec) {
            self.index += 1;
            let descriptor = &packet.descriptor[..packet.descriptor.len().min(self.cut)];
            let extensions: [(u8, &[u8]); 3] =
                [(MID, b"1"), (RID, b""), (DEPENDENCIES, descriptor)];
            let datagram = self.camera.marked_rtp(
                packet.marker,
                payload_type,
                7,
                self.index,
                u32::from(picture.number) * 3_000,
                &extensions,
                &packet.payload,
                0,
            );
            let path = self.camera.path;
            self.world.datagram(&path, &datagram);
        }
        self.world.pass(33);
        let sent = self.world.sent();
        self.viewer.read(&sent).0
    }
}

fn picture(number: u16, keyframe: bool) -> Picture {
    Picture {
        temporal: PATTERN[usize::from(number) % 4],
        ..Picture::plain(number, keyframe)
    }
}

/// Temporal layer and frame number of each picture, by what its receiver reads.
fn read(packets: &[Received]) -> Vec<(u8, u16)> {
    let mut reader = Reader::default();
    let mut pictures = Vec::new();
    for packet in packets {
        let read = reader.read(&packet.descriptor).expect("a known structure");
        pictures.push((read.temporal_layer, read.frame_number));
    }
    pictures.dedup();
    pictures
}

#[test]
fn of_three_temporal_layers_everybody_gets_just_those_of_use() {
    for codec in [Vp8, H264] {
        for temporal in 0..3 {
            let mut scene = Scene::new(codec, temporal);
            let mut received = Vec::new();
            for number in 4..28 {
                received.extend(scene.send(picture(number, number == 4)));
            }
            let pictures = read(&received);
            let expected = (4..28).map(|number| (picture(number, false).temporal, number));
            let mut expected: Vec<_> = expected.filter(|it| it.0 <= temporal).collect();
            // Frames refer to others by differences of their numbers: these keep their gaps.
            let moved = pictures[0].1.wrapping_sub(expected[0].1);
            for (_, number) in &mut expected {
                *number = number.wrapping_add(moved);
            }
            assert_eq!(pictures, expected, "{codec:?} {temporal}");
            for pair in received.windows(2) {
                assert_eq!(pair[1].sequence, pair[0].sequence.wrapping_add(1));
            }
            let left_out = 2 * (24 - expected.len() as u64);
            let counters = scene.world.plane.counters();
            assert_eq!(counters.get(Counter::DropTemporalLayer), left_out);
        }
    }
}

#[test]
fn frames_come_back_where_the_descriptor_lets_them() {
    for codec in [Vp8, H264] {
        let mut scene = Scene::new(codec, 0);
        let mut received = Vec::new();
        for number in 4..24 {
            if number == 13 {
                scene.wish(2);
            }
            received.extend(scene.send(picture(number, number == 4)));
        }
        let layers: Vec<_> = read(&received).iter().map(|it| it.0).collect();
        // The next picture of the lowest layer lets all of them begin.
        assert_eq!(layers, [0, 0, 0, 0, 2, 1, 2, 0, 2, 1, 2], "{codec:?}");
    }
}

#[test]
fn what_is_unreadable_hides_no_picture() {
    for codec in [Vp8, H264] {
        let mut scene = Scene::new(codec, 0);
        scene.cut = 2;
        let mut received = Vec::new();
        for number in 4..12 {
            received.extend(scene.send(picture(number, number == 4)));
        }
        assert_eq!(received.len(), 16, "{codec:?}");
        let bare = |packet: &Received| packet.descriptor.is_empty();
        assert!(received.iter().all(bare), "nothing that misleads goes on");
    }
}
