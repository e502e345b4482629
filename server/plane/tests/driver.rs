//! The driver on real sockets.

mod support;

use std::net::{IpAddr, Ipv6Addr, UdpSocket};
use std::time::{Duration, Instant};

use plane::driver::Driver;
use plane::plane::Event;
use support::Peer;

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
    let mut driver = Driver::start(IpAddr::V6(Ipv6Addr::UNSPECIFIED), 0).unwrap();
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
    let first = Driver::start("127.0.0.1".parse().unwrap(), 0).unwrap();
    let second = Driver::start("127.0.0.1".parse().unwrap(), first.port());
    assert_eq!(
        second.err().map(|error| error.kind()),
        Some(std::io::ErrorKind::AddrInUse)
    );
}
