//! The WebSocket protocol `balai.v1`: its messages, and a socket that speaks them without blocking.
//!
//! What is not known here (types and fields that a newer server has) is passed over.

use std::io::{self, ErrorKind, Read, Write};
use std::os::fd::{AsRawFd, RawFd};

use serde::{Deserialize, Serialize};
use tungstenite::protocol::Message as Frame;
use tungstenite::{WebSocket, client::IntoClientRequest};

use crate::error::Error;
use crate::server::{Server, Stream};

const PROTOCOL: &str = "balai.v1";

/// A tile on the screen, in pixels.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tile {
    /// Whose camera.
    pub participant: String,
    /// Its size.
    #[serde(flatten)]
    pub size: Size,
}

/// Pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Size {
    /// From left to right.
    pub width: u32,
    /// From top to bottom.
    pub height: u32,
}

/// What a client asks. Every request carries an `id` beside.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Request<'a> {
    /// The first one.
    Join {
        meeting: &'a str,
        name: &'a str,
        microphone: bool,
        camera: bool,
        /// Who we were, and the seat that we had.
        #[serde(skip_serializing_if = "Option::is_none")]
        person: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        resume: Option<&'a str>,
        /// The media of that seat is lost.
        fresh: bool,
    },
    /// The publishing transport's offer.
    PublishOffer { sdp: &'a str },
    /// The answer to the slots' offer.
    SubscribeAnswer { sdp: &'a str },
    /// What is on.
    SetMedia {
        microphone: bool,
        camera: bool,
        screen: bool,
    },
    /// What the screen shows; `speaker` is the size at which whoever speaks is shown.
    SetView {
        tiles: &'a [Tile],
        speaker: Option<Size>,
    },
    /// Is anybody there?
    Ping,
    /// Goodbye.
    Leave,
}

#[derive(Serialize)]
struct Envelope<'a> {
    id: u32,
    #[serde(flatten)]
    request: &'a Request<'a>,
}

/// One participant, as told by the server.
#[derive(Debug, Clone, Deserialize)]
pub struct Person {
    /// Their id.
    pub id: String,
    /// The camera is on.
    #[serde(default)]
    pub camera: bool,
    /// A screen is shared.
    #[serde(default)]
    pub screen: bool,
}

/// Who is in a slot.
#[derive(Debug, Clone, Deserialize)]
pub struct SlotState {
    /// The `mid`.
    pub slot: String,
    /// Nobody, or an id.
    pub participant: Option<String>,
    /// Its picture is held back, and this client was told so.
    #[serde(default)]
    pub paused: bool,
}

/// What the server says.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Message {
    /// It did what was asked.
    Ok {},
    /// We are in.
    Joined {
        you: String,
        person: String,
        resume: String,
        participants: Vec<Person>,
        slots: Vec<SlotState>,
    },
    /// The answer to our offer.
    PublishAnswer { sdp: String },
    /// It did not do what was asked.
    Error { code: String, message: String },
    /// The slots.
    SubscribeOffer { sdp: String },
    /// Who came, went or switched something.
    ParticipantsChanged {
        changed: Vec<Person>,
        left: Vec<String>,
    },
    /// Slots that somebody else is in now.
    SlotsChanged { slots: Vec<SlotState> },
    /// Who speaks.
    DominantChanged {},
    /// How many simulcast layers of the camera, from the lowest on, and whether the screen, somebody watches now:
    /// send no other.
    LayersWanted { camera: usize, screen: bool },
    /// The last word.
    Goodbye { reason: String },
    /// Of a newer server.
    #[serde(other)]
    Unknown,
}

/// What went over one socket.
#[derive(Debug, Default, Clone, Copy, Serialize)]
pub struct Traffic {
    /// Messages to the server.
    pub sent: u64,
    /// Messages from the server.
    pub received: u64,
    /// Bytes of JSON to the server.
    pub sent_bytes: u64,
    /// Bytes of JSON from the server.
    pub received_bytes: u64,
    /// Bytes of SDP, both ways.
    pub sdp_bytes: u64,
}

/// A connection to the server.
pub struct Socket {
    socket: WebSocket<Stream>,
    next_id: u32,
    /// Counted so far.
    pub traffic: Traffic,
}

impl Socket {
    /// Connects and shakes hands, and blocks until that is done; afterwards nothing blocks.
    pub fn connect(server: &Server) -> Result<Self, Error> {
        let unreachable = |error: String| Error::Unreachable(server.url.to_string(), error);
        let scheme = if server.secure() { "wss" } else { "ws" };
        let url = format!("{scheme}://{}/ws", server.authority());
        let mut request = url
            .into_client_request()
            .map_err(|e| unreachable(e.to_string()))?;
        let headers = request.headers_mut();
        headers.insert(
            "Sec-WebSocket-Protocol",
            PROTOCOL
                .parse()
                .expect("a constant that is a header's value"),
        );
        if let Some(bearer) = server.authorization().and_then(|text| text.parse().ok()) {
            headers.insert("Authorization", bearer);
        }
        let stream = server.connect()?;
        let (socket, _) =
            tungstenite::client(request, stream).map_err(|error| unreachable(error.to_string()))?;
        socket
            .get_ref()
            .set_nonblocking()
            .map_err(|error| unreachable(error.to_string()))?;
        Ok(Self {
            socket,
            next_id: 1,
            traffic: Traffic::default(),
        })
    }

    /// Sends a request; gives its id. What does not fit into the system's buffer goes with the next call.
    pub fn send(&mut self, request: &Request<'_>) -> Result<u32, tungstenite::Error> {
        let id = self.next_id;
        self.next_id += 1;
        let text = serde_json::to_string(&Envelope { id, request })
            .expect("a request can be written as JSON");
        if let Request::PublishOffer { sdp } | Request::SubscribeAnswer { sdp } = request {
            self.traffic.sdp_bytes += sdp.len() as u64;
        }
        self.traffic.sent += 1;
        self.traffic.sent_bytes += text.len() as u64;
        match self.socket.send(Frame::text(text)) {
            Err(tungstenite::Error::Io(error)) if error.kind() == ErrorKind::WouldBlock => Ok(id),
            other => other.map(|()| id),
        }
    }

    /// The next message, if one has come. Messages that can't be read are [`Message::Unknown`].
    pub fn receive(&mut self) -> Result<Option<Message>, tungstenite::Error> {
        loop {
            let text = match self.socket.read() {
                Ok(Frame::Text(text)) => text,
                Ok(_) => continue,
                Err(tungstenite::Error::Io(error)) if error.kind() == ErrorKind::WouldBlock => {
                    return Ok(None);
                }
                Err(error) => return Err(error),
            };
            self.traffic.received += 1;
            self.traffic.received_bytes += text.len() as u64;
            let message = serde_json::from_str(&text).unwrap_or(Message::Unknown);
            if let Message::SubscribeOffer { sdp } | Message::PublishAnswer { sdp } = &message {
                self.traffic.sdp_bytes += sdp.len() as u64;
            }
            return Ok(Some(message));
        }
    }

    /// Sends what did not fit before.
    pub fn flush(&mut self) -> Result<(), tungstenite::Error> {
        match self.socket.flush() {
            Err(tungstenite::Error::Io(error)) if error.kind() == ErrorKind::WouldBlock => Ok(()),
            other => other,
        }
    }
}

impl AsRawFd for Socket {
    fn as_raw_fd(&self) -> RawFd {
        self.socket.get_ref().as_raw_fd()
    }
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.read(buffer),
            Self::Tls(stream) => stream.read(buffer),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.write(bytes),
            Self::Tls(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(stream) => stream.flush(),
            Self::Tls(stream) => stream.flush(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_carry_id_and_type() {
        let tiles = [Tile {
            participant: "p".into(),
            size: Size {
                width: 320,
                height: 180,
            },
        }];
        let request = Request::SetView {
            tiles: &tiles,
            speaker: None,
        };
        let text = serde_json::to_string(&Envelope {
            id: 3,
            request: &request,
        })
        .unwrap();
        assert_eq!(
            text,
            r#"{"id":3,"type":"set_view","tiles":[{"participant":"p","width":320,"height":180}],"speaker":null}"#
        );
        let ping = serde_json::to_string(&Envelope {
            id: 4,
            request: &Request::Ping,
        })
        .unwrap();
        assert_eq!(ping, r#"{"id":4,"type":"ping"}"#);
    }

    #[test]
    fn messages_of_newer_servers_are_passed_over() {
        let read = |text| serde_json::from_str::<Message>(text).unwrap();
        assert!(matches!(
            read(r#"{"type":"hand_raised","by":"p"}"#),
            Message::Unknown
        ));
        assert!(matches!(
            read(r#"{"type":"ok","id":1,"new":true}"#),
            Message::Ok {}
        ));
        let wanted = read(r#"{"type":"layers_wanted","camera":2,"screen":false}"#);
        assert!(matches!(
            wanted,
            Message::LayersWanted {
                camera: 2,
                screen: false
            }
        ));
    }
}
