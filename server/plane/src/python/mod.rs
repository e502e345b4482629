//! The Python face: `server._plane`. Commands go in, events come out; of media, only the sound of telephone calls passes
//! here, in batches and on a thread of its own.

mod call_sockets;
mod event;

use std::net::IpAddr;
use std::os::fd::RawFd;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use pyo3::exceptions::{PyConnectionError, PyOSError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};

use crate::allocation::Priority;
use crate::driver::Driver;
use crate::egress::{Agreed, Format, VideoFormat, VideoFormats};
use crate::plane::telephone::MAX_SPOKEN;
use crate::plane::{Command, Heard};
use crate::rtp::{ExtensionKind, VideoCodec};
use crate::speakers::SEATS;
use crate::srtp::{MasterKey, Profile};
use crate::track::{MAX_LAYERS, MediaKind};
use crate::transport::Codec;

use event::Event;

/// The media plane at work. See `_plane.pyi` for what each method means.
#[pyclass(frozen, module = "server._plane")]
struct Plane {
    driver: Mutex<Driver>,
    next_id: AtomicU32,
    port: u16,
}

impl Plane {
    fn driver(&self) -> MutexGuard<'_, Driver> {
        self.driver.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn command(&self, command: Command) -> PyResult<()> {
        if self.driver().command(command) {
            Ok(())
        } else {
            Err(PyConnectionError::new_err("the media plane has stopped"))
        }
    }

    fn new_id(&self) -> u32 {
        self.next_id.fetch_add(1, Ordering::Relaxed)
    }
}

/// Group, seat, track, index, timestamp and payload.
type HeardTuple<'py> = (u32, u8, u32, u64, u32, Bound<'py, PyBytes>);

fn audio_format(
    ssrc: u32,
    payload_type: u8,
    audio_level_id: Option<u8>,
    transport_sequence_id: Option<u8>,
) -> Format {
    Format {
        ssrc,
        payload_type,
        audio_level_id,
        transport_sequence_id,
        clock_rate: 48_000,
        ..Format::default()
    }
}

fn video_codec(name: &str) -> PyResult<VideoCodec> {
    VideoCodec::from_name(name)
        .ok_or_else(|| PyValueError::new_err(format!("unknown codec {name:?}")))
}

#[pymethods]
impl Plane {
    #[new]
    #[pyo3(signature = (host, port, workers=1))]
    fn new(py: Python<'_>, host: &str, port: u16, workers: usize) -> PyResult<Self> {
        let host: IpAddr = host
            .parse()
            .map_err(|_| PyValueError::new_err(format!("{host:?} is not an IP address")))?;
        let driver = py
            .detach(|| Driver::start(host, port, workers))
            .map_err(PyOSError::new_err)?;
        let port = driver.port();
        Ok(Self {
            driver: Mutex::new(driver),
            next_id: AtomicU32::new(1),
            port,
        })
    }

    #[getter]
    fn port(&self) -> u16 {
        self.port
    }

    fn events_fd(&self) -> RawFd {
        self.driver().events_fd()
    }

    fn take_events(&self, py: Python<'_>) -> Vec<Event> {
        let events = self.driver().take_events();
        events
            .into_iter()
            .map(|event| Event::new(py, event))
            .collect()
    }

    fn counters<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let counters = PyDict::new(py);
        for (name, value) in self.driver().counters() {
            counters.set_item(name, value)?;
        }
        Ok(counters)
    }

    fn is_running(&self) -> bool {
        self.driver().is_running()
    }

    fn close(&self, py: Python<'_>) {
        py.detach(|| self.driver().stop());
    }

    #[pyo3(signature = (endpoint, ufrag, password, *, subscribes))]
    fn add_transport(
        &self,
        endpoint: u32,
        ufrag: String,
        password: String,
        subscribes: bool,
    ) -> PyResult<u32> {
        let transport = self.new_id();
        self.command(Command::AddTransport {
            transport,
            endpoint,
            subscribes,
            ufrag,
            password,
        })?;
        Ok(transport)
    }

    fn add_local_transport(&self, endpoint: u32) -> PyResult<u32> {
        let transport = self.new_id();
        self.command(Command::AddLocalTransport {
            transport,
            endpoint,
        })?;
        Ok(transport)
    }

    fn speak(&self, track: u32, timestamp: u32, level: u8, payload: Vec<u8>) -> PyResult<()> {
        if payload.is_empty() || payload.len() > MAX_SPOKEN || level > 127 {
            return Err(PyValueError::new_err(
                "no Opus packet, or a level beyond 127",
            ));
        }
        self.command(Command::Speak {
            track,
            timestamp,
            level,
            payload,
        })
    }

    fn tap_group(&self, group: u32, tapped: bool) -> PyResult<()> {
        self.command(Command::TapGroup { group, tapped })
    }

    fn take_heard<'py>(&self, py: Python<'py>) -> Vec<HeardTuple<'py>> {
        let heard = self.driver().take_heard();
        let tuple = |heard: Heard| {
            let payload = PyBytes::new(py, &heard.payload);
            let (group, seat, track) = (heard.group, heard.seat, heard.track);
            (group, seat, track, heard.index, heard.timestamp, payload)
        };
        heard.into_iter().map(tuple).collect()
    }

    fn remove_transport(&self, transport: u32) -> PyResult<()> {
        self.command(Command::RemoveTransport { transport })
    }

    #[pyo3(signature = (transport, *, profile, receive_key, receive_salt, send_key, send_salt))]
    fn set_keys(
        &self,
        transport: u32,
        profile: &str,
        receive_key: &[u8],
        receive_salt: &[u8],
        send_key: &[u8],
        send_salt: &[u8],
    ) -> PyResult<()> {
        let profile = match profile {
            "SRTP_AEAD_AES_128_GCM" => Profile::AeadAes128Gcm,
            "SRTP_AES128_CM_SHA1_80" => Profile::Aes128CmSha1_80,
            other => {
                return Err(PyValueError::new_err(format!(
                    "unknown SRTP profile {other:?}"
                )));
            }
        };
        let key = |key: &[u8], salt: &[u8]| {
            MasterKey::new(profile, key, salt).ok_or_else(|| {
                PyValueError::new_err("a key or salt has the wrong length for its profile")
            })
        };
        let (receive, send) = (key(receive_key, receive_salt)?, key(send_key, send_salt)?);
        self.command(Command::SetKeys {
            transport,
            receive,
            send,
        })
    }

    fn send_dtls(&self, transport: u32, datagram: Vec<u8>) -> PyResult<()> {
        self.command(Command::SendDtls {
            transport,
            datagram,
        })
    }

    fn configure_publisher(
        &self,
        transport: u32,
        codecs: Vec<(u8, String)>,
        extensions: Vec<(u8, String)>,
        audio_nack: bool,
    ) -> PyResult<()> {
        let codecs = codecs
            .into_iter()
            .map(|(payload_type, name)| {
                let codec = match name.as_str() {
                    "opus" => Codec::Opus,
                    "rtx" => Codec::Retransmission,
                    "red" => Codec::Redundant,
                    other => Codec::Video(video_codec(other)?),
                };
                Ok((payload_type, codec))
            })
            .collect::<PyResult<_>>()?;
        let extensions = extensions
            .into_iter()
            .map(|(id, uri)| {
                let kind = ExtensionKind::from_uri(&uri);
                kind.map(|kind| (id, kind))
                    .ok_or_else(|| PyValueError::new_err(format!("unknown extension {uri:?}")))
            })
            .collect::<PyResult<_>>()?;
        self.command(Command::ConfigurePublisher {
            transport,
            codecs,
            extensions,
            audio_nack,
        })
    }

    #[pyo3(signature = (transport, *, transport_feedback, retransmission, redundancy, video_codecs, dependency_descriptor))]
    fn restrict_subscriber(
        &self,
        transport: u32,
        transport_feedback: bool,
        retransmission: bool,
        redundancy: bool,
        video_codecs: Vec<String>,
        dependency_descriptor: bool,
    ) -> PyResult<()> {
        let video_codecs = video_codecs.iter().map(|name| video_codec(name));
        let video_codecs = video_codecs.collect::<PyResult<_>>()?;
        self.command(Command::RestrictSubscriber {
            transport,
            agreed: Agreed {
                transport_feedback,
                retransmission,
                redundancy,
                video_codecs,
                dependency_descriptor,
            },
        })
    }

    fn add_group(&self) -> PyResult<u32> {
        let group = self.new_id();
        self.command(Command::AddGroup { group })?;
        Ok(group)
    }

    fn remove_group(&self, group: u32) -> PyResult<()> {
        self.command(Command::RemoveGroup { group })
    }

    #[pyo3(signature = (transport, mid, group))]
    fn add_audio_track(&self, transport: u32, mid: String, group: Option<u32>) -> PyResult<u32> {
        let track = self.new_id();
        let (kind, rids) = (MediaKind::Audio, Vec::new());
        self.command(Command::AddTrack {
            track,
            transport,
            mid,
            kind,
            rids,
            group,
        })?;
        Ok(track)
    }

    fn add_video_track(&self, transport: u32, mid: String, rids: Vec<String>) -> PyResult<u32> {
        if rids.len() > MAX_LAYERS {
            return Err(PyValueError::new_err(format!(
                "more than {MAX_LAYERS} layers"
            )));
        }
        let track = self.new_id();
        self.command(Command::AddTrack {
            track,
            transport,
            mid,
            kind: MediaKind::Video,
            rids,
            group: None,
        })?;
        Ok(track)
    }

    fn pause_track(&self, track: u32, paused: bool) -> PyResult<()> {
        self.command(Command::PauseTrack { track, paused })
    }

    #[pyo3(signature = (transport, *, ssrc, payload_type, audio_level_id, transport_sequence_id, redundancy, group, seat))]
    #[allow(clippy::too_many_arguments)]
    fn add_audio_slot(
        &self,
        transport: u32,
        ssrc: u32,
        payload_type: u8,
        audio_level_id: Option<u8>,
        transport_sequence_id: Option<u8>,
        redundancy: Option<u8>,
        group: u32,
        seat: u8,
    ) -> PyResult<u32> {
        let slot = self.new_id();
        let format = Format {
            redundancy,
            ..audio_format(ssrc, payload_type, audio_level_id, transport_sequence_id)
        };
        self.command(Command::AddAudioSlot {
            slot,
            transport,
            format,
            group,
            seat,
        })?;
        Ok(slot)
    }

    #[pyo3(signature = (transport, *, ssrc, payload_type, audio_level_id, transport_sequence_id))]
    fn add_routed_audio_slot(
        &self,
        transport: u32,
        ssrc: u32,
        payload_type: u8,
        audio_level_id: Option<u8>,
        transport_sequence_id: Option<u8>,
    ) -> PyResult<u32> {
        let slot = self.new_id();
        let format = audio_format(ssrc, payload_type, audio_level_id, transport_sequence_id);
        self.command(Command::AddRoutedAudioSlot {
            slot,
            transport,
            format,
        })?;
        Ok(slot)
    }

    #[pyo3(signature = (transport, *, ssrc, formats, transport_sequence_id, dependency_descriptor_id, retransmission_ssrc))]
    fn add_video_slot(
        &self,
        transport: u32,
        ssrc: u32,
        formats: Vec<(String, u8, Option<u8>)>,
        transport_sequence_id: Option<u8>,
        dependency_descriptor_id: Option<u8>,
        retransmission_ssrc: Option<u32>,
    ) -> PyResult<u32> {
        let mut video = VideoFormats::default();
        for (codec, payload_type, retransmission) in formats {
            let format = VideoFormat {
                payload_type,
                retransmission,
            };
            video.set(video_codec(&codec)?, format);
        }
        let slot = self.new_id();
        let format = Format {
            ssrc,
            video,
            transport_sequence_id,
            dependency_descriptor_id,
            retransmission_ssrc,
            clock_rate: 90_000,
            ..Format::default()
        };
        self.command(Command::AddVideoSlot {
            slot,
            transport,
            format,
        })?;
        Ok(slot)
    }

    #[pyo3(signature = (slot, track, max_layer=0, max_temporal=3, priority="tile"))]
    fn route(
        &self,
        slot: u32,
        track: Option<u32>,
        max_layer: u8,
        max_temporal: u8,
        priority: &str,
    ) -> PyResult<()> {
        let priority = match priority {
            "screen" => Priority::Screen,
            "speaker" => Priority::Speaker,
            "tile" => Priority::Tile,
            other => {
                return Err(PyValueError::new_err(format!("unknown priority {other:?}")));
            }
        };
        self.command(Command::Route {
            slot,
            wish: track.map(|track| (track, max_layer, max_temporal)),
            priority,
        })
    }
}

#[pymodule(name = "_plane")]
mod module {
    #[pymodule_export]
    use super::Plane;
    #[pymodule_export]
    use super::call_sockets::CallSockets;
    #[pymodule_export]
    use super::event::Event;

    use super::*;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("SEATS", SEATS)?;
        module.add("MAX_LAYERS", MAX_LAYERS)?;
        module.add("VERSION", env!("CARGO_PKG_VERSION"))
    }
}
