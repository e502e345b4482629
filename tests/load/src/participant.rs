//! One participant: what it says to the server, and how it answers.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::media::clips::Clips;
use crate::media::speaking::Voice;
use crate::network::Link;
use crate::publisher::{Publisher, Sources, micros};
use crate::signaling::{Message, Person, Request, Size, SlotState, Socket, Tile};
use crate::sockets;
use crate::subscriber::Subscriber;
use crate::transport::Transport;

const PING: Duration = Duration::from_secs(10);
/// How long a screen is left alone before the server is told what it shows.
const VIEW: Duration = Duration::from_millis(300);
const TILES: usize = 9;
const TILE: Size = Size {
    width: 320,
    height: 180,
};
const SPEAKER: Size = Size {
    width: 1280,
    height: 720,
};

/// How long, in milliseconds, each attempt to come back waits: longer and longer, and at random, as
/// `web/src/meeting/session.ts` has it.
const BACKOFF: [f64; 4] = [300.0, 500.0, 1_000.0, 1_500.0];

/// The seat that a participant had when it lost the server.
#[derive(Debug)]
struct Former {
    person: String,
    resume: String,
}

/// What all participants have in common.
pub struct Meeting {
    /// Its code.
    pub code: String,
    /// What they send.
    pub clips: Arc<Clips>,
    /// How many of them have cameras; these come first.
    pub cameras: usize,
    /// Whether they are behind weak links, by number.
    pub weak: Arc<[bool]>,
    /// The address from which the server is reached.
    pub local: IpAddr,
    /// When the test began.
    pub began: Instant,
    /// For whatever is to be the same in the next test.
    pub seed: u64,
    /// Whoever loses the server comes back.
    pub rejoin: bool,
}

/// How far a participant has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stage {
    /// Its time has not come.
    Waiting,
    /// The WebSocket is being opened.
    Connecting,
    /// It talks to the server.
    Talking,
    /// It has said goodbye.
    Left,
    /// It could not get in, or was thrown out: why.
    Failed(String),
}

/// A participant.
pub struct Participant {
    /// From 0.
    pub number: usize,
    /// When it joins.
    pub starts: Instant,
    /// How far it has come.
    pub stage: Stage,
    /// When it opened its WebSocket, in microseconds since 1970.
    pub started: u64,
    /// Its bad link, if it has one.
    pub link: Option<Link>,
    /// Its id in the meeting, once it is in.
    pub id: Option<String>,
    /// Its WebSocket.
    pub socket: Option<Socket>,
    /// Where it sends.
    pub publisher: Option<Publisher>,
    /// Where it receives.
    pub subscriber: Option<Subscriber>,
    /// Errors that the server answered while it stayed.
    pub refusals: Vec<String>,
    /// It has lost the server.
    pub has_lost: bool,
    former: Option<Former>,
    attempts: usize,
    shares: bool,
    voice: Voice,
    people: HashMap<String, Person>,
    tiles: Vec<Tile>,
    told_view: bool,
    next_view: Option<Instant>,
    next_ping: Instant,
}

impl Participant {
    /// One that will join at `starts`; `shares`: it is the one who will share a screen.
    pub fn new(
        number: usize,
        starts: Instant,
        voice: Voice,
        link: Option<Link>,
        shares: bool,
    ) -> Self {
        Self {
            number,
            starts,
            stage: Stage::Waiting,
            started: 0,
            link,
            id: None,
            socket: None,
            publisher: None,
            subscriber: None,
            refusals: Vec::new(),
            has_lost: false,
            former: None,
            attempts: 0,
            shares,
            voice,
            people: HashMap::new(),
            tiles: Vec::new(),
            told_view: false,
            next_view: None,
            next_ping: starts,
        }
    }

    /// Both transports are connected.
    pub fn joined(&self) -> bool {
        self.stage == Stage::Talking
            && self
                .publisher
                .as_ref()
                .is_some_and(|p| p.connected && !p.ended)
            && self
                .subscriber
                .as_ref()
                .is_some_and(|s| s.connected && !s.ended)
    }

    /// It has given up, or was given up.
    pub fn fail(&mut self, reason: impl Into<String>) {
        if !matches!(self.stage, Stage::Left | Stage::Failed(_)) {
            self.stage = Stage::Failed(reason.into());
        }
        self.socket = None;
        self.publisher = None;
    }

    /// The server is lost: it comes back later, where that is wanted.
    pub fn lose(&mut self, reason: impl Into<String>, meeting: &Meeting, now: Instant) {
        if !meeting.rejoin || matches!(self.stage, Stage::Left | Stage::Failed(_)) {
            return self.fail(reason);
        }
        self.stage = Stage::Waiting;
        self.has_lost = true;
        let step = BACKOFF[self.attempts.min(BACKOFF.len() - 1)];
        self.attempts += 1;
        self.starts = now + Duration::from_secs_f64(step * (0.5 + fastrand::f64()) / 1_000.0);
        (self.socket, self.publisher, self.subscriber) = (None, None, None);
        (self.id, self.next_view) = (None, None);
        self.people.clear();
        self.tiles.clear();
        self.told_view = false;
    }

    /// What it receives, if it has come back after it had lost the server.
    pub fn back(&self) -> Option<&Subscriber> {
        let subscriber = self.subscriber.as_ref();
        subscriber.filter(|_| self.has_lost && self.joined())
    }

    /// Its WebSocket is open.
    pub fn opened(&mut self, socket: Socket, meeting: &Meeting, now: Instant) {
        self.socket = Some(socket);
        self.stage = Stage::Talking;
        self.next_ping = now + PING;
        self.join(meeting, now);
    }

    fn join(&mut self, meeting: &Meeting, now: Instant) {
        let former = self.former.take();
        let name = format!("Load {}", self.number + 1);
        let request = Request::Join {
            meeting: &meeting.code,
            name: &name,
            microphone: true,
            camera: self.number < meeting.cameras,
            person: former.as_ref().map(|former| former.person.as_str()),
            resume: former.as_ref().map(|former| former.resume.as_str()),
            fresh: former.is_some(),
        };
        self.say(&request, meeting, now);
        self.former = former;
    }

    /// Reads what came on the WebSocket.
    pub fn listen(&mut self, meeting: &Meeting, now: Instant) {
        while let Some(socket) = &mut self.socket {
            match socket.flush().and_then(|()| socket.receive()) {
                Ok(Some(message)) => {
                    if let Err(reason) = self.hear(message, meeting, now) {
                        self.fail(reason);
                    }
                }
                Ok(None) => return,
                Err(_) if self.stage == Stage::Left => self.socket = None,
                Err(error) => {
                    self.lose(format!("its WebSocket broke: {error}"), meeting, now);
                }
            }
        }
    }

    fn hear(&mut self, message: Message, meeting: &Meeting, now: Instant) -> Result<(), String> {
        match message {
            Message::Joined {
                you,
                person,
                resume,
                participants,
                slots,
            } => {
                self.id = Some(you);
                self.former = Some(Former { person, resume });
                self.attempts = 0;
                self.people = participants
                    .into_iter()
                    .map(|person| (person.id.clone(), person))
                    .collect();
                self.next_view = Some(now);
                self.publish(meeting, now)?;
                self.occupy(slots);
            }
            Message::SubscribeOffer { sdp } => self.subscribe(&sdp, meeting, now)?,
            Message::PublishAnswer { sdp } => {
                let publisher = self
                    .publisher
                    .as_mut()
                    .ok_or("an answer came to no offer")?;
                publisher.accept(now, &sdp)?;
            }
            Message::ParticipantsChanged { changed, left } => {
                for person in changed {
                    if let Some(subscriber) = &mut self.subscriber {
                        subscriber.switch(&person.id, person.camera, person.screen);
                    }
                    self.people.insert(person.id.clone(), person);
                }
                for id in left {
                    self.people.remove(&id);
                }
                self.next_view.get_or_insert(now + VIEW);
            }
            Message::SlotsChanged { slots } => self.occupy(slots),
            Message::LayersWanted { camera, screen } => {
                if let Some(publisher) = &mut self.publisher {
                    let camera = if self.number < meeting.cameras {
                        camera
                    } else {
                        0
                    };
                    publisher.set_wanted(now, camera, screen);
                }
            }
            Message::Error { code, message } => {
                if self.id.is_none() && code == "resume_failed" && self.former.take().is_some() {
                    self.join(meeting, now);
                    return Ok(());
                }
                if self.id.is_none() {
                    return Err(format!("{code}: {message}"));
                }
                self.refusals.push(format!("{code}: {message}"));
            }
            Message::Goodbye { reason } => {
                if reason == "server_stopping" && meeting.rejoin {
                    self.lose("the server stops", meeting, now);
                    return Ok(());
                }
                if self.stage != Stage::Left {
                    return Err(format!("the server said goodbye: {reason}"));
                }
                self.socket = None;
            }
            Message::Ok {} | Message::DominantChanged {} | Message::Unknown => {}
        }
        Ok(())
    }

    fn occupy(&mut self, slots: Vec<SlotState>) {
        let Some(subscriber) = &mut self.subscriber else {
            return;
        };
        for slot in slots {
            let person = slot.participant.as_ref().and_then(|id| self.people.get(id));
            let shown = person.is_none_or(|person| {
                if slot.slot.starts_with('s') {
                    person.screen
                } else {
                    person.camera
                }
            });
            // Who is told that a picture is paused shows it as a still that says so: that is no freeze.
            subscriber.occupy(&slot.slot, slot.participant, shown && !slot.paused);
        }
    }

    fn transport(&self, meeting: &Meeting, now: Instant, salt: u64) -> Result<Transport, String> {
        let socket =
            sockets::open(meeting.local).map_err(|error| format!("no UDP socket: {error}"))?;
        let link = self
            .link
            .map(|link| (link, seed(meeting.seed, self.number, salt)));
        Transport::new(socket, link, now).map_err(|error| error.to_string())
    }

    fn publish(&mut self, meeting: &Meeting, now: Instant) -> Result<(), String> {
        let sources = Sources {
            sender: self.number as u16,
            clips: meeting.clips.clone(),
            voice: self.voice.clone(),
            camera: self.number < meeting.cameras,
            screen: self.shares,
            began: meeting.began,
            random: fastrand::Rng::with_seed(seed(meeting.seed, self.number, 1)),
        };
        let transport = self.transport(meeting, now, 2)?;
        let (publisher, offer) = Publisher::offer(transport, sources, now)?;
        self.publisher = Some(publisher);
        self.say(&Request::PublishOffer { sdp: &offer }, meeting, now);
        Ok(())
    }

    fn subscribe(&mut self, offer: &str, meeting: &Meeting, now: Instant) -> Result<(), String> {
        let transport = self.transport(meeting, now, 3)?;
        let (subscriber, answer) = Subscriber::answer(transport, offer, meeting.weak.clone())?;
        self.subscriber = Some(subscriber);
        self.say(&Request::SubscribeAnswer { sdp: &answer }, meeting, now);
        Ok(())
    }

    fn say(&mut self, request: &Request<'_>, meeting: &Meeting, now: Instant) {
        let Some(socket) = &mut self.socket else {
            return;
        };
        if let Err(error) = socket.send(request) {
            self.lose(format!("its WebSocket broke: {error}"), meeting, now);
        }
    }

    /// Datagrams came; `publisher`: to that transport.
    pub fn receive(&mut self, publisher: bool, now: Instant, bytes: &[u8], arrival: Option<u64>) {
        let arrival = arrival.unwrap_or_else(micros);
        let result = match (publisher, &mut self.publisher, &mut self.subscriber) {
            (true, Some(publisher), _) => publisher.receive(now, bytes, arrival),
            (false, _, Some(subscriber)) => subscriber.receive(now, bytes, arrival),
            _ => Ok(()),
        };
        if let Err(error) = result {
            self.fail(format!("its media broke: {error}"));
        }
    }

    /// Does what is due; `ids` are the participants of this test, by number.
    pub fn tick(&mut self, now: Instant, meeting: &Meeting, ids: &[Option<String>]) {
        let publishing = self
            .publisher
            .as_mut()
            .map_or(Ok(()), |publisher| publisher.tick(now));
        let subscribing = self
            .subscriber
            .as_mut()
            .map_or(Ok(()), |subscriber| subscriber.tick(now));
        if let Err(error) = publishing.and(subscribing) {
            self.fail(format!("its media broke: {error}"));
        }
        if self.stage != Stage::Talking {
            return;
        }
        if self.next_ping <= now {
            self.next_ping = now + PING;
            self.say(&Request::Ping, meeting, now);
        }
        if self.next_view.is_some_and(|at| at <= now) {
            self.next_view = None;
            self.look(meeting, ids, now);
        }
    }

    /// When [`Participant::tick`] must be called.
    pub fn due(&self) -> Option<Instant> {
        let media = [
            self.publisher.as_ref().map(Publisher::due),
            self.subscriber.as_ref().map(|s| s.transport.due()),
        ];
        let talk = (self.stage == Stage::Talking).then_some(self.next_ping);
        media
            .into_iter()
            .chain([talk, self.next_view])
            .flatten()
            .min()
    }

    /// Looks at the nine cameras after its own, so that each is watched by as many as any other.
    fn look(&mut self, meeting: &Meeting, ids: &[Option<String>], now: Instant) {
        let mut numbers: Vec<usize> = (1..=TILES)
            .filter_map(|step| (self.number + step).checked_rem(meeting.cameras))
            .collect();
        numbers.sort_by_key(|number| (*number + ids.len() - self.number) % ids.len().max(1));
        numbers.dedup();
        let known = numbers
            .into_iter()
            .filter(|number| *number != self.number)
            .filter_map(|number| {
                let id = ids.get(number)?.as_ref()?;
                self.people.contains_key(id).then(|| Tile {
                    participant: id.clone(),
                    size: TILE,
                })
            });
        let tiles: Vec<Tile> = known.collect();
        if !self.told_view || tiles != self.tiles {
            self.told_view = true;
            let view = Request::SetView {
                tiles: &tiles,
                speaker: Some(SPEAKER),
            };
            self.say(&view, meeting, now);
            self.tiles = tiles;
        }
    }

    /// Begins or ends to share its screen.
    pub fn share(&mut self, meeting: &Meeting, screen: bool, now: Instant) {
        let media = Request::SetMedia {
            microphone: true,
            camera: self.number < meeting.cameras,
            screen,
        };
        self.say(&media, meeting, now);
    }

    /// Says goodbye.
    pub fn leave(&mut self, meeting: &Meeting, now: Instant) {
        if self.stage == Stage::Talking {
            self.stage = Stage::Left;
            self.say(&Request::Leave, meeting, now);
        }
    }
}

fn seed(seed: u64, number: usize, salt: u64) -> u64 {
    fastrand::Rng::with_seed(seed ^ ((number as u64) << 20) ^ (salt << 50)).u64(..)
}
