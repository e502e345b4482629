//! RTP packets (RFC 3550), their header extensions (RFC 8285), retransmissions (RFC 4588), redundant audio (RFC 2198),
//! and what forwarding must know of each video codec's payload: VP8 (RFC 7741), VP9 (RFC 9628), H.264 (RFC 6184) and AV1
//! (the Alliance for Open Media's RTP specification).

pub mod av1;
pub mod dependency_descriptor;
mod extensions;
pub mod h264;
mod header;
mod picture;
pub mod red;
pub mod rtx;
pub mod vp8;
pub mod vp9;

pub use extensions::{
    Element, Elements, ExtensionForm, ExtensionKind, ExtensionMap, ExtensionWriter, MAX_BLOCK,
};
pub use header::{FIXED, Header, MAX_HEADER, header_len, write_header};
pub use picture::{Layers, Picture, VideoCodec};
