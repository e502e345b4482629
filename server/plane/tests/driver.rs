//! The driver on real sockets.

mod support;

use std::net::{IpAddr, Ipv6Addr, UdpSocket};
use std::time::{Duration, Instant};

use plane::allocation::Priority;
use plane::counters::Counter;
use plane::driver::{Driver, SendBatch, bind};
use plane::egress::{Path, Sink};
use plane::plane::{Command, Event};
use plane::track::MediaKind;
use support::{MID, Peer, VP8, video_format, vp8};

fn answered(driver: &Driver, id: u32, to: &str) -> bool {
    let local = if to.starts_with('[') {
        "[::1]:0"
    } else {
        "127.0.0.1:0"
    };
    let socket = UdpSocket::bind(local).unwrap();
    socket
        .set_read_timeout(Some(Duration::from_secs(2)))
        .unwrap();
    // A connected socket takes answers from this very address alone, as browsers do.
    socket.connect(format!("{to}:{}", driver.port())).unwrap();
    let path = plane::egress::Path {
        remote: socket.local_addr().unwrap(),
        local: None,
    };
    let peer = Peer::new(id, id, path);
    peer.commands()
        .into_iter()
        .for_each(|command| assert!(driver.command(command)));
    socket.send(&peer.check()).unwrap();
    let mut buffer = [0; 200];
    socket.recv(&mut buffer).is_ok() && buffer[..2] == [1, 1]
}

#[test]
fn on_a_wildcard_address_answers_come_from_the_address_that_was_asked() {
    let mut driver = Driver::start(IpAddr::V6(Ipv6Addr::UNSPECIFIED), 0, 1).unwrap();
    assert!(answered(&driver, 1, "127.0.0.1"));
    assert!(
        answered(&driver, 2, "127.0.0.2"),
        "not from 127.0.0.1, which the kernel would choose"
    );
    if UdpSocket::bind("[::1]:0").is_ok() {
        assert!(answered(&driver, 3, "[::1]"), "one port for IPv4 and IPv6");
    }
    let end = Instant::now() + Duration::from_secs(2);
    let mut connected = 0;
    while connected < 2 && Instant::now() < end {
        connected += driver
            .take_events()
            .iter()
            .filter(|event| matches!(event, Event::Connected { .. }))
            .count();
        std::thread::sleep(Duration::from_millis(5));
    }
    assert!(connected >= 2);
    driver.stop();
    assert!(!driver.is_running());
}

#[test]
fn a_port_that_is_taken_is_told() {
    let first = Driver::start("127.0.0.1".parse().unwrap(), 0, 1).unwrap();
    let second = Driver::start("127.0.0.1".parse().unwrap(), first.port(), 2);
    assert_eq!(
        second.err().map(|error| error.kind()),
        Some(std::io::ErrorKind::AddrInUse)
    );
}

/// Sends datagrams of these lengths, each to one of two sockets, through one batch.
fn send_batch(datagrams: &[(usize, usize)], segments: bool) -> ([Vec<Vec<u8>>; 2], u64) {
    let mut socket = bind("127.0.0.1".parse().unwrap(), 0).unwrap();
    socket.segments &= segments;
    let receivers = [(); 2].map(|()| {
        let receiver = UdpSocket::bind("127.0.0.1:0").unwrap();
        let wait = Some(Duration::from_millis(200));
        receiver.set_read_timeout(wait).unwrap();
        receiver
    });
    let mut batch = SendBatch::new(&socket);
    for (i, &(to, len)) in datagrams.iter().enumerate() {
        batch.buffer()[..len].fill(i as u8);
        let path = Path {
            remote: receivers[to].local_addr().unwrap(),
            local: None,
        };
        batch.send(len, &path);
    }
    batch.flush();
    let received = receivers.map(|receiver| {
        let mut buffer = [0; 2048];
        let mut received = Vec::new();
        while let Ok(len) = receiver.recv(&mut buffer) {
            received.push(buffer[..len].to_vec());
        }
        received
    });
    (received, batch.take_counters().get(Counter::SentMessages))
}

#[test]
fn every_datagram_arrives_once_and_in_order_whether_or_not_the_kernel_cuts_segments() {
    // Equal ones, a shorter last one, a longer one after it, and two receivers by turns; more than one batch holds.
    let pattern = [
        (0, 900),
        (0, 900),
        (0, 300),
        (0, 900),
        (1, 900),
        (1, 901),
        (0, 50),
        (1, 901),
    ];
    let datagrams: Vec<_> = pattern.iter().copied().cycle().take(120).collect();
    for segments in [true, false] {
        let (received, _) = send_batch(&datagrams, segments);
        for (to, received) in received.iter().enumerate() {
            let expected: Vec<_> = datagrams
                .iter()
                .enumerate()
                .filter(|(_, (receiver, _))| *receiver == to)
                .map(|(i, (_, len))| vec![i as u8; *len])
                .collect();
            assert_eq!(*received, expected);
        }
    }
}

#[test]
fn a_frame_leaves_as_one_message_where_the_kernel_cuts_segments() {
    if bind("127.0.0.1".parse().unwrap(), 0).unwrap().segments {
        let frame: Vec<_> = [(0, 1_100); 7].into_iter().chain([(0, 400)]).collect();
        assert_eq!(send_batch(&frame, true).1, 1);
    }
}

#[test]
fn datagrams_that_come_in_one_piece_are_taken_one_by_one() {
    let driver = Driver::start("127.0.0.1".parse().unwrap(), 0, 1).unwrap();
    let socket = bind("127.0.0.1".parse().unwrap(), 0).unwrap();
    let mut batch = SendBatch::new(&socket);
    let path = Path {
        remote: ([127, 0, 0, 1], driver.port()).into(),
        local: None,
    };
    for _ in 0..10 {
        batch.buffer()[..100].fill(0xff);
        batch.send(100, &path);
    }
    batch.flush();
    let received = || {
        let counters = driver.counters();
        counters.into_iter().find(|(name, _)| *name == "received")
    };
    let end = Instant::now() + Duration::from_secs(2);
    while received() != Some(("received", 10)) && Instant::now() < end {
        std::thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(received(), Some(("received", 10)));
}

#[test]
fn with_several_workers_everybody_is_served_from_the_one_port() {
    let driver = Driver::start("127.0.0.1".parse().unwrap(), 0, 3).unwrap();
    let connect = |id: u32| {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        socket
            .set_read_timeout(Some(Duration::from_secs(2)))
            .unwrap();
        // What came from another port would not arrive.
        socket.connect(("127.0.0.1", driver.port())).unwrap();
        let path = Path {
            remote: socket.local_addr().unwrap(),
            local: None,
        };
        let peer = if id == 1 {
            Peer::publisher(id, id, path)
        } else {
            Peer::new(id, id, path)
        };
        for command in peer.commands() {
            assert!(driver.command(command));
        }
        (socket, peer)
    };
    let (camera, mut publisher) = connect(1);
    let viewers: Vec<_> = (2..14).map(connect).collect();
    assert!(driver.command(Command::AddTrack {
        track: 50,
        transport: 1,
        mid: "1".into(),
        kind: MediaKind::Video,
        rids: Vec::new(),
        group: None,
    }));
    for (_, viewer) in &viewers {
        let slot = viewer.id;
        assert!(driver.command(Command::AddVideoSlot {
            slot,
            transport: viewer.id,
            format: video_format(slot),
        }));
        let wish = Some((50, 2, 2));
        assert!(driver.command(Command::Route {
            slot,
            wish,
            priority: Priority::Tile
        }));
    }
    let mut buffer = [0; 2048];
    for (socket, peer) in std::iter::once((&camera, &publisher))
        .chain(viewers.iter().map(|(socket, peer)| (socket, peer)))
    {
        socket.send(&peer.check()).unwrap();
        assert!(socket.recv(&mut buffer).is_ok(), "the check is answered");
    }
    // The first keyframe makes the stream known, the second is what all go over to.
    for index in 0..10u16 {
        let payload = vp8(index, 0, true);
        let (ssrc, timestamp) = (7, u32::from(index) * 3_000);
        let packet = publisher.rtp(
            VP8,
            ssrc,
            index.into(),
            timestamp,
            &[(MID, b"1")],
            &payload,
            0,
        );
        camera.send(&packet).unwrap();
        std::thread::sleep(Duration::from_millis(60));
    }
    for (socket, _) in &viewers {
        let media = (0..20).any(|_| {
            let len = socket.recv(&mut buffer).unwrap_or(0);
            len > 0 && buffer[1] & 0x7f == VP8
        });
        assert!(media);
    }
}
